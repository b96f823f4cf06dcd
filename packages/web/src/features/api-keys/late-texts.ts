import { addTexts } from '../../lib/i18n.ts'
import { apiKeysTexts } from './api-keys.texts.ts'

addTexts('apiKeys', apiKeysTexts)

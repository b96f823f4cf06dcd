import { addTexts } from '../../lib/i18n.ts'
import { securityTexts } from './security.texts.ts'

addTexts('security', securityTexts)

import { addTexts } from '../../../lib/i18n.ts'
import { factorsTexts } from './factors.texts.ts'

addTexts('factors', factorsTexts)

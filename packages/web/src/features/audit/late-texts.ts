import { addTexts } from '../../lib/i18n.ts'
import { auditTexts } from './audit.texts.ts'

/** Comes with the first component of this room that is loaded. */
addTexts('audit', auditTexts)

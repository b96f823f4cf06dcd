import { addTexts } from '../../../lib/i18n.ts'
import { richTexts } from '../rich.texts.ts'

/** Imported by every component that is loaded late and speaks. */
addTexts('rich', richTexts)

import { addTexts } from '../../lib/i18n.ts'
import { noticesTexts } from './notices.texts.ts'

/** Comes with the first component of this room that is loaded. */
addTexts('notices', noticesTexts)

import { addTexts } from '../../lib/i18n.ts'
import { accountTexts } from './account.texts.ts'

/** Comes with the first component of this room that is loaded. */
addTexts('account', accountTexts)

import { addTexts } from '../../../lib/i18n.ts'
import { ssoTexts } from './sso.texts.ts'

/** Comes with the page. */
addTexts('sso', ssoTexts)

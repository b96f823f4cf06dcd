import { addTexts } from '../../lib/i18n.ts'
import { serverLimitsTexts } from './server-limits.texts.ts'

// Beside whatever is drawn from here, before it is drawn.
addTexts('serverLimits', serverLimitsTexts)

import { addTexts } from '../../lib/i18n.ts'
import { usageTexts } from './usage.texts.ts'

// Beside whatever is drawn from here, before it is drawn.
addTexts('usage', usageTexts)

import { addTexts } from '../../lib/i18n.ts'
import { templatesTexts } from './templates.texts.ts'

// Imported by every page and dialog of this feature: the texts come with the first of them.
addTexts('templates', templatesTexts)

import { addTexts } from '../../lib/i18n.ts'
import { serverDoctorTexts } from './server-doctor.texts.ts'
import { serverStatusTexts } from './server-status.texts.ts'

// Beside whatever is drawn from here, before it is drawn.
addTexts('serverStatus', serverStatusTexts)
addTexts('serverDoctor', serverDoctorTexts)

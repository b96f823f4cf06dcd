import { addTexts } from '../../lib/i18n.ts'
import { rolesTexts } from './roles.texts.ts'

addTexts('roles', rolesTexts)

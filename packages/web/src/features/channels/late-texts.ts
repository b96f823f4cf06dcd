import { addTexts } from '../../lib/i18n.ts'
import { channelHealthTexts } from './channel-health.texts.ts'

// The channel's page alone needs these: they come with it.
addTexts('channelHealth', channelHealthTexts)

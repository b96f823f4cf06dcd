import { accessTexts } from '../features/access/access.texts.ts'
import type { accountTexts } from '../features/access/account.texts.ts'
import type { factorsTexts } from '../features/access/factors/factors.texts.ts'
import type { ssoTexts } from '../features/access/sso/sso.texts.ts'
import type { apiKeysTexts } from '../features/api-keys/api-keys.texts.ts'
import type { auditTexts } from '../features/audit/audit.texts.ts'
import type { channelHealthTexts } from '../features/channels/channel-health.texts.ts'
import { channelsTexts } from '../features/channels/channels.texts.ts'
import { contactsTexts } from '../features/contacts/contacts.texts.ts'
import { inboxTexts } from '../features/inbox/inbox.texts.ts'
import { activityTexts } from '../features/messages/activity.texts.ts'
import type { interactiveTexts } from '../features/messages/composer/interactive/interactive.texts.ts'
import { composerTexts } from '../features/messages/composer.texts.ts'
import { mediaTexts } from '../features/messages/media.texts.ts'
import { messagesTexts } from '../features/messages/messages.texts.ts'
import type { richTexts } from '../features/messages/rich.texts.ts'
import type { noticesTexts } from '../features/notices/notices.texts.ts'
import { onboardingTexts } from '../features/onboarding/onboarding.texts.ts'
import type { rolesTexts } from '../features/roles/roles.texts.ts'
import type { securityTexts } from '../features/security/security.texts.ts'
import type { serverLimitsTexts } from '../features/server-limits/server-limits.texts.ts'
import type { serverDoctorTexts } from '../features/server-status/server-doctor.texts.ts'
import type { serverStatusTexts } from '../features/server-status/server-status.texts.ts'
import { settingsTexts } from '../features/settings/settings.texts.ts'
import { tagsTexts } from '../features/tags/tags.texts.ts'
import type { templatesTexts } from '../features/templates/templates.texts.ts'
import { tenantTexts } from '../features/tenant/tenant.texts.ts'
import type { usageTexts } from '../features/usage/usage.texts.ts'
import { usersTexts } from '../features/users/users.texts.ts'
import { eventsTexts } from '../features/webhook-events/events.texts.ts'
import { commonTexts } from './common.texts.ts'
import { errorTexts } from './error.texts.ts'
import type { Locale } from './locale.ts'

/** Every namespace, one line each. */
export const namespaces = {
  common: commonTexts,
  errors: errorTexts,
  inbox: inboxTexts,
  messages: messagesTexts,
  activity: activityTexts,
  media: mediaTexts,
  composer: composerTexts,
  access: accessTexts,
  settings: settingsTexts,
  contacts: contactsTexts,
  onboarding: onboardingTexts,
  events: eventsTexts,
  tenant: tenantTexts,
  channels: channelsTexts,
  users: usersTexts,
  tags: tagsTexts,
}

/** Namespaces that come with their pages, to keep the first load small: `addTexts` in i18n.ts. */
export type LateNamespaces = {
  audit: typeof auditTexts
  account: typeof accountTexts
  sso: typeof ssoTexts
  rich: typeof richTexts
  notices: typeof noticesTexts
  channelHealth: typeof channelHealthTexts
  templates: typeof templatesTexts
  usage: typeof usageTexts
  serverLimits: typeof serverLimitsTexts
  serverStatus: typeof serverStatusTexts
  serverDoctor: typeof serverDoctorTexts
  interactive: typeof interactiveTexts
  roles: typeof rolesTexts
  apiKeys: typeof apiKeysTexts
  factors: typeof factorsTexts
  security: typeof securityTexts
}

export const resourcesOf = (locale: Locale): Record<string, object> =>
  Object.fromEntries(Object.entries(namespaces).map(([name, both]) => [name, both[locale]]))

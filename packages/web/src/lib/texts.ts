import { accessTexts } from '../features/access/access.texts.ts'
import { channelsTexts } from '../features/channels/channels.texts.ts'
import { contactsTexts } from '../features/contacts/contacts.texts.ts'
import { inboxTexts } from '../features/inbox/inbox.texts.ts'
import { composerTexts } from '../features/messages/composer.texts.ts'
import { messagesTexts } from '../features/messages/messages.texts.ts'
import { onboardingTexts } from '../features/onboarding/onboarding.texts.ts'
import { settingsTexts } from '../features/settings/settings.texts.ts'
import { tagsTexts } from '../features/tags/tags.texts.ts'
import { tenantTexts } from '../features/tenant/tenant.texts.ts'
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

export const resourcesOf = (locale: Locale): Record<string, object> =>
  Object.fromEntries(Object.entries(namespaces).map(([name, both]) => [name, both[locale]]))

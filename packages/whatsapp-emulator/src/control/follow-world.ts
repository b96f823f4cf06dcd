import type { ChatMessage } from '../emulator-types.ts'
import type { Engine } from '../state/engine.ts'
import { keyOfChat } from '../state/world.ts'
import type { PlatformControl } from './backstage-types.ts'

/** What follows by itself from what the business does: asked-for syncs arrive, and writing takes a chat over. */
export function followWorld(engine: Engine, verbs: Pick<PlatformControl, 'sendHistory' | 'syncAppContacts'>): void {
  const { world } = engine
  world.events.on('change', (event) => {
    if (event.kind === 'message') takeOver(engine, event.message)
    if (event.kind !== 'sync') return
    const { phoneNumberId } = event
    if (event.syncType === 'history') verbs.sendHistory({ phoneNumberId })
    else verbs.syncAppContacts({ phoneNumberId })
  })
}

/** A service message of the business's app takes the chat from whoever has it (Cloud API, conversation routing). */
function takeOver(engine: Engine, message: ChatMessage): void {
  const { world } = engine
  const own = message.direction === 'outbound' && message.status === 'accepted' && message.type !== 'template'
  const key = keyOfChat(message.phoneNumberId, message.waId)
  const chat = world.chats.get(key)
  if (!own || chat?.threadRole === undefined) return
  const { threadRole: _, ...free } = chat
  world.chats.put(key, free)
  world.emit({ kind: 'state' })
}

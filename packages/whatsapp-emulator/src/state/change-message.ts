import type { ChatMessage } from '../emulator-types.ts'
import { indexMessage, type World } from './world.ts'

/** Stores a new message and tells the pages. */
export function addMessage(world: World, message: ChatMessage): ChatMessage {
  world.messages.put(message.id, message)
  indexMessage(world, message)
  if (message.direction === 'inbound') countInbound(world, message.phoneNumberId)
  world.emit({ kind: 'message', message })
  return message
}

/** Changes a stored message and tells the pages; nothing happens when it is gone. */
export function changeMessage(world: World, id: string, change: (message: ChatMessage) => void): void {
  const message = world.messages.get(id)
  if (!message) return
  change(message)
  world.messages.put(id, message)
  world.emit({ kind: 'message', message })
}

/** Sets or removes one side's reaction on the message it points to. */
export function applyReaction(world: World, targetId: string, side: 'customer' | 'business', emoji: string | undefined): void {
  changeMessage(world, targetId, (message) => {
    const reactions = { ...message.reactions }
    if (emoji) reactions[side] = emoji
    else delete reactions[side]
    message.reactions = reactions
  })
}

function countInbound(world: World, phoneNumberId: string): void {
  const second = Math.floor(world.now() / 1000)
  const known = world.inboundSeconds.get(phoneNumberId)
  world.inboundSeconds.set(phoneNumberId, { second, count: known?.second === second ? known.count + 1 : 1 })
}

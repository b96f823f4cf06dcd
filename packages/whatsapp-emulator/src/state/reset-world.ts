import { clearMedia } from './keep-media.ts'
import { addDefaults, createScenario, type World } from './world.ts'

/** Back to the start: only the numbers (with their callbacks) stay, unless they are to go too. */
export function resetWorld(world: World, numbers: boolean): void {
  // Timers run on: they find their message or delivery gone and do nothing.
  world.generation += 1
  world.deliveries.clear()
  world.messages.clear()
  world.chats.clear()
  world.customers.clear()
  clearMedia(world)
  world.chatMessages.clear()
  world.openChats.clear()
  const { templates, flows, groups, qrCodes, calls, uploads, numberStates, accountStates, tokenStates } = world
  for (const collection of [templates, flows, groups, qrCodes, calls, uploads, numberStates, accountStates, tokenStates]) collection.clear()
  world.inboundSeconds.clear()
  world.advanceClock(-world.clockOffset)
  world.deliveredCount = 0
  world.setScenario(createScenario(world.options))
  if (numbers) world.numbers.clear()
  else for (const number of [...world.numbers.values()]) world.numbers.put(number.phoneNumberId, { ...number, sendFault: null, registered: true })
  addDefaults(world)
}

import type { ChatContext } from './chat-context.ts'

/** Places a customer can send: near the sea, drawn on no real map. */
export const PLACES = [
  { name: 'Praia do Rosa', address: 'Imbituba, SC', latitude: -28.12674, longitude: -48.64105 },
  { name: 'Rodoviária do Tietê', address: 'Av. Cruzeiro do Sul, 1800, São Paulo', latitude: -23.51612, longitude: -46.62498 },
  { name: '', address: '', latitude: -22.97105, longitude: -43.18236 },
] as const

/** Sends a place, as an answer when the business asked for it. */
export function sendPlace(context: ChatContext, answerTo?: string, place: (typeof PLACES)[number] = PLACES[0]): void {
  const { name, address, latitude, longitude } = place
  context.send({
    type: 'location',
    location: { latitude, longitude, ...(name ? { name, address } : {}) },
    ...(answerTo ? { context: { message_id: answerTo } } : {}),
  })
}

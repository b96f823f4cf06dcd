import type { ChatContext } from './chat-context.ts'
import { openForm } from './form-sheet.ts'

/** Places a customer can send: near the sea, drawn on no real map. */
export const PLACES = [
  { name: 'Praia do Rosa', address: 'Imbituba, SC', latitude: -28.12674, longitude: -48.64105 },
  { name: 'Rodoviária do Tietê', address: 'Av. Cruzeiro do Sul, 1800, São Paulo', latitude: -23.51612, longitude: -46.62498 },
  { name: '', address: '', latitude: -22.97105, longitude: -43.18236 },
] as const

interface Place {
  name: string
  address: string
  latitude: number
  longitude: number
}

/** Sends a place, as an answer when the business asked for it. */
export function sendPlace(context: ChatContext, answerTo?: string, place: Place = PLACES[0]): void {
  const { name, address, latitude, longitude } = place
  context.send({
    type: 'location',
    location: { latitude, longitude, ...(name ? { name } : {}), ...(address ? { address } : {}) },
    ...(answerTo ? { context: { message_id: answerTo } } : {}),
  })
}

/** A place anywhere, by its coordinates. */
export function openPlaceForm(context: ChatContext): void {
  openForm(context.screen, {
    title: 'Enviar localização',
    submit: 'Enviar localização',
    fields: [
      { name: 'latitude', label: 'Latitude', value: String(PLACES[0].latitude), type: 'number', required: true },
      { name: 'longitude', label: 'Longitude', value: String(PLACES[0].longitude), type: 'number', required: true },
      { name: 'name', label: 'Nome do lugar (opcional)', value: PLACES[0].name },
      { name: 'address', label: 'Endereço (opcional)', value: PLACES[0].address },
    ],
    done: ({ latitude, longitude, name = '', address = '' }) =>
      sendPlace(context, undefined, { name, address, latitude: Number(latitude), longitude: Number(longitude) }),
  })
}

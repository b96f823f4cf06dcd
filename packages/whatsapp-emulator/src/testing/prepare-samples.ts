import { DEFAULT_NUMBER } from '../default-number.ts'
import type { SampleIds } from './sample-messages.ts'
import { MARINA, type Pair } from './start-pair.ts'

const TYPES = { image: 'image/png', video: 'video/mp4', audio: 'audio/ogg', document: 'application/pdf', sticker: 'image/webp' } as const
const FLOW_JSON = JSON.stringify({ version: '7.0', screens: [{ id: 'WELCOME', layout: { type: 'SingleColumnLayout', children: [] } }] })

/** Opens the window with the first customer and makes what the sample messages point to. */
export async function prepareSamples({ emulator, graph }: Pick<Pair, 'emulator' | 'graph'>): Promise<SampleIds> {
  const inbound = emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } }).id
  const upload = async (type: string): Promise<string> => {
    const form = new FormData()
    form.append('messaging_product', 'whatsapp')
    form.append('type', type)
    form.append('file', new Blob(['a file'], { type }), 'file')
    return String((await graph('POST', `${DEFAULT_NUMBER.phoneNumberId}/media`, form)).body.id)
  }
  const flow = await graph('POST', `${DEFAULT_NUMBER.wabaId}/flows`, { name: 'reserva', categories: ['OTHER'], flow_json: FLOW_JSON, publish: true })
  return {
    image: await upload(TYPES.image),
    video: await upload(TYPES.video),
    audio: await upload(TYPES.audio),
    document: await upload(TYPES.document),
    sticker: await upload(TYPES.sticker),
    inbound,
    flow: String(flow.body.id),
  }
}

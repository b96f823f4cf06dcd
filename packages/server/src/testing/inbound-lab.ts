import { connectChannel, delivery, inbound, newWamid, post, type TestChannel } from './test-channel.ts'
import { eventually, startTestServer, type TestServer } from './test-server.ts'

type Owner = Awaited<ReturnType<TestServer['register']>>
type Waiting = { error: string | null; waiting: string }

/** A server with one connected number, and the ways to tell it things and to look at what became of them. */
export async function openLab(settings: Record<string, string> = {}) {
  const server = await startTestServer(settings)
  const owner: Owner = await server.register()
  const channel: TestChannel = await connectChannel(server, owner)
  let people = 0

  /** Waits until everything that was delivered is understood. @throws with the server's error when something stays behind */
  async function settle(ms = 15_000): Promise<void> {
    let last: Waiting | undefined
    try {
      await eventually(async () => {
        ;[last] = await server.sql<Waiting>(
          'select count(*) waiting, max(error) error from webhook_events where processed_at is null and tenant_id is not null',
        )
        return Number(last?.waiting) === 0
      }, ms)
    } catch {
      throw new Error(`not understood in time: ${last?.waiting} wait, ${last?.error ?? 'without an error'}`)
    }
  }
  const send = async (body: object | string): Promise<void> => {
    const answer = await post(server, channel, body)
    if (answer.status !== 200) throw new Error(`the delivery was answered ${answer.status}`)
  }
  /** A change of any field of this account. */
  const change = (field: string, value: Record<string, unknown>, entry: Record<string, unknown> = {}) => ({
    object: 'whatsapp_business_account',
    entry: [{ id: channel.wabaId, ...entry, changes: [{ field, value }] }],
  })
  const metadata = { display_phone_number: '551140022026', phone_number_id: channel.phoneNumberId }
  const tell = async (body: object | string): Promise<void> => {
    await send(body)
    await settle()
  }
  const newPhone = () => `5511970${String(++people).padStart(6, '0')}`
  const get = <T>(url: string) => server.call<T>('GET', url, { token: owner.token })

  return {
    server,
    owner,
    channel,
    metadata,
    change,
    send,
    settle,
    tell,
    newPhone,
    get,
    newWamid,
    /** Field `messages`. */
    messages: (value: Parameters<typeof delivery>[1]) => delivery(channel, value),
    one: (made: Parameters<typeof inbound>[0]) => delivery(channel, { messages: [inbound(made)] }),
    close: () => server.close(),
  }
}
export type Lab = Awaited<ReturnType<typeof openLab>>

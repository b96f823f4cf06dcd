import type { Conversation } from '@atende/contracts/conversations'
import { joinTenant } from '../features/access/test-people.ts'
import { type Lab, openLab } from './inbound-lab.ts'

type Person = Awaited<ReturnType<typeof joinTenant>>
type Place = { conversation: string; contact: string; message: string; phone: string }

/** A company with two attendants, a conversation of each, and one of nobody. Every word of a conversation carries its mark. */
export async function openSightStage() {
  const lab: Lab = await openLab()
  const { server, owner } = lab
  const ana: Person = await joinTenant(server, owner, 'ATTENDANT')
  const bia: Person = await joinTenant(server, owner, 'ATTENDANT')

  /** A customer writes: their name and text hold the mark. */
  async function write(phone: string, mark: string, id = lab.newWamid()): Promise<string> {
    const value = { messages: [{ from: phone, id, timestamp: String(Math.floor(Date.now() / 1000)), type: 'text', text: { body: `${mark} falou` } }] }
    await lab.tell(lab.messages({ ...value, contacts: [{ profile: { name: `Cliente ${mark}` }, wa_id: phone }] }))
    return id
  }
  async function begin(mark: string, assignee: Person | null): Promise<Place> {
    const phone = lab.newPhone()
    const id = await write(phone, mark)
    const [row] = await server.sql<Omit<Place, 'phone'>>(
      'select v.id conversation, v.contact_id contact, m.id message from messages m join conversations v on v.id = m.conversation_id where m.provider_id = any($1)',
      [await server.providerIds(id)],
    )
    if (!row) throw new Error('the message was not understood')
    if (assignee) await assign(row.conversation, assignee.userId)
    return { ...row, phone }
  }
  const assign = (conversation: string, userId: string | null, token = owner.token) =>
    server.call<Conversation>('POST', `/api/conversations/${conversation}/assign`, { token, body: { userId } })

  /** What attendants see; waits until their sockets were told. */
  async function setRule(attendantsSee: 'all' | 'own' | 'own_and_unassigned'): Promise<void> {
    const watching = await server.connect(owner.token)
    // A new rule closes it; events are told in their order, so who hears of the tag instead has been told that nothing changed.
    const heard = new Promise<void>((done) => {
      watching.once('disconnect', () => done())
      watching.once('list:changed', () => done())
    })
    const answer = await server.call('PATCH', '/api/tenants/current', { token: owner.token, body: { attendantsSee } })
    if (answer.status !== 200) throw new Error(`rule: ${answer.status}`)
    await server.call('POST', '/api/tags', { token: owner.token, body: { name: `t${Math.random()}`, color: 'teal' } })
    await heard
    watching.close()
  }
  const ofAna = await begin('Anabela', ana)
  const ofBia = await begin('Biatriz', bia)
  const open = await begin('Ninguém', null)
  return { lab, server, owner, ana, bia, write, begin, assign, setRule, places: { ofAna, ofBia, open }, close: () => lab.close() }
}
export type SightStage = Awaited<ReturnType<typeof openSightStage>>

import type { Conversation, MessageHit } from '@atende/contracts/conversations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, openLab } from '../../testing/inbound-lab.ts'
import { marksOf } from '../../testing/known-people.ts'
import { inbound } from '../../testing/test-channel.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab.close())

const DAY = 86_400
async function hear(from: string, name: string, text: string, daysAgo = 0): Promise<string> {
  const message = inbound({ from, text, at: Math.floor(Date.now() / 1000) - daysAgo * DAY })
  await lab.tell(lab.messages({ messages: [message], contacts: [{ profile: { name }, wa_id: from }] }))
  return message.id
}
const search = async (q: string, more = '') =>
  (await lab.get<{ items: Conversation[]; nextCursor: string | null }>(`/api/conversations?status=any&q=${encodeURIComponent(q)}${more}`)).body
const namesFor = async (q: string) => (await search(q)).items.map((c) => c.contact.name)
const marked = (hit: MessageHit | null | undefined) => hit?.ranges.map(([from, to]) => hit.text.slice(from, to))
const inside = async (conversationId: string, q: string) =>
  (await lab.get<{ items: MessageHit[] }>(`/api/messages/search?conversationId=${conversationId}&q=${encodeURIComponent(q)}`)).body.items

test('a conversation is found by its person and by words of any month, and says why', async () => {
  await hear(lab.newPhone(), 'Beatriz Vilela', 'Quero dois quartos com varanda', 400)
  await hear(lab.newPhone(), 'Caetano Prado', 'As RESERVAÇÕES foram feitas no código AB-123')
  const [byName] = (await search('beat')).items
  expect(byName?.hit).toEqual({ contact: { name: [[0, 4]], by: 'name' }, message: null })
  const [old] = (await search('quarto')).items
  expect(old?.contact.name).toBe('Beatriz Vilela')
  expect(old?.hit).toMatchObject({ contact: null, message: { direction: 'in', text: 'Quero dois quartos com varanda' } })
  expect(marked(old?.hit?.message)).toEqual(['quartos'])
  for (const q of ['reservacao', 'reservações', 'codigo reserva', 'AB-123', 'ab123', 'ab 123']) expect(await namesFor(q), q).toEqual(['Caetano Prado'])
  expect(marked((await search('reserva codigo')).items[0]?.hit?.message)).toEqual(['RESERVAÇÕES', 'código'])
  // All of the words, in one message.
  for (const q of ['quartos AB-123', 'suíte', 'de', '?!']) expect(await namesFor(q), q).toEqual([])
})

test('of a conversation with several hits the newest is shown; the message is there to be opened', async () => {
  const phone = lab.newPhone()
  await hear(phone, 'Dalva', 'o chuveiro está frio', 40)
  await hear(phone, 'Dalva', 'e a piscina?', 20)
  await hear(phone, 'Dalva', 'o chuveiro voltou a esfriar', 10)
  const { hit, id } = (await search('chuveiro')).items[0] ?? {}
  expect(hit?.message?.text).toBe('o chuveiro voltou a esfriar')
  const around = await lab.get<{ items: { id: string }[] }>(`/api/messages?conversationId=${id}&around=${hit?.message?.id}`)
  expect(around.body.items.map((m) => m.id)).toContain(hit?.message?.id)
  expect((await inside(id ?? '', 'CHUVEIROS')).map((m) => m.text)).toEqual(['o chuveiro voltou a esfriar', 'o chuveiro está frio'])
  expect(await inside(id ?? '', 'sauna')).toEqual([])
})

test('a long text is cut around the words', async () => {
  const text = `${'Antes de tudo, muito obrigada pela atenção. '.repeat(8)}Esqueci o guarda-chuva vermelho. ${'Até a próxima. '.repeat(20)}`
  await hear(lab.newPhone(), 'Elza', text)
  const hit = (await search('vermelho guarda-chuva')).items[0]?.hit?.message
  expect(hit?.text.length).toBeLessThan(170)
  expect(hit?.text).toMatch(/^….*…$/)
  expect(marked(hit)).toEqual(['guarda', 'chuva', 'vermelho'])
})

test('what was edited is found by its new words, what was taken back by none', async () => {
  const phone = lab.newPhone()
  const message = inbound({ from: phone, text: 'chego na quinta, dia do arraial' })
  await lab.tell(lab.messages({ messages: [message] }))
  expect((await search('arraial')).items).toHaveLength(1)
  const seconds = (n: number) => String(Number(message.timestamp) + n)
  const edit = {
    from: phone,
    id: lab.newWamid(),
    timestamp: seconds(5),
    type: 'edit',
    edit: { original_message_id: message.id, message: { type: 'text', text: { body: 'chego na sexta, dia da quermesse' } } },
  }
  await lab.tell(lab.messages({ messages: [edit] }))
  expect((await search('arraial')).items).toEqual([])
  expect((await search('quermesse')).items).toHaveLength(1)
  await lab.tell(
    lab.messages({ messages: [{ from: phone, id: lab.newWamid(), timestamp: seconds(9), type: 'revoke', revoke: { original_message_id: message.id } }] }),
  )
  expect((await search('quermesse')).items).toEqual([])
})

test('a hash that lies is not believed: what does not hold the words after opening is dropped', async () => {
  const phone = lab.newPhone()
  const plain = await hear(phone, 'Firmino', 'nada de mais')
  const flower = await hear(lab.newPhone(), 'Geni', 'o ipê floriu')
  const [to, from] = [await lab.server.providerIds(plain), await lab.server.providerIds(flower)]
  await lab.server.sql('update messages set words = (select words from messages where provider_id = any($1)) where provider_id = any($2)', [from, to])
  expect(await namesFor('ipê')).toEqual(['Geni'])
  await lab.server.sql(
    'update contacts set words = (select words from contacts c join contact_identities i on i.contact_id = c.id where i.hash = any($1)) where tenant_id = $2',
    [await marksOf(lab.server, lab.owner.tenantId, [phone]), lab.owner.tenantId],
  )
  expect(await namesFor('firmino')).toEqual(['Firmino'])
  expect((await lab.get<{ items: { name: string }[] }>('/api/contacts?q=firmino')).body.items.map((c) => c.name)).toEqual(['Firmino'])
})

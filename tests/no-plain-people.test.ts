import type { Contact } from '@atende/contracts/contacts'
import type { Conversation } from '@atende/contracts/conversations'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inTenant } from '../packages/server/src/platform/database.ts'
import { destroyContactKeys } from '../packages/server/src/platform/vault/vault.ts'
import { findPlain } from '../packages/server/src/testing/find-plain.ts'
import { type Lab, openLab } from '../packages/server/src/testing/inbound-lab.ts'
import { identitiesOf, marksOf } from '../packages/server/src/testing/known-people.ts'
import { inbound } from '../packages/server/src/testing/test-channel.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab.close())

const ask = <T = Record<string, unknown>>(method: string, url: string, body?: object) =>
  lab.server.call<T>(method, url, { token: lab.owner.token, ...(body ? { body } : {}) })
const now = () => String(Math.floor(Date.now() / 1000))
const contactsFor = async (q: string) => (await ask<{ items: Contact[] }>('GET', `/api/contacts?q=${encodeURIComponent(q)}`)).body.items
const conversationsFor = async (q: string) =>
  (await ask<{ items: Conversation[] }>('GET', `/api/conversations?status=any&q=${encodeURIComponent(q)}`)).body.items
async function person(name: string, more: object = {}): Promise<string> {
  const { status, body } = await ask<{ id: string }>('POST', '/api/contacts', { name, ...more })
  expect(status).toBe(201)
  return body.id
}
async function hear(phone: string, name: string, extra: object = {}, text = 'bom dia'): Promise<string> {
  const message = { ...inbound({ from: phone, text }), ...extra }
  await lab.tell(lab.messages({ messages: [message], contacts: [{ profile: { name }, wa_id: phone }] }))
  const [row] = await lab.server.sql<{ id: string }>('select contact_id id from contact_identities where hash = any($1)', [
    await marksOf(lab.server, lab.owner.tenantId, [phone]),
  ])
  return row?.id ?? ''
}

/** Where in the whole database, or on disk, any of these stands, in any disguise. */
const placesOf = async (secrets: readonly string[]) => (await findPlain(lab.server, Object.fromEntries(secrets.map((s) => [s, s])))).found

it('no name, number, e-mail, username or note of anybody stands in the database', async () => {
  const change = (field: string, value: object) => lab.tell(lab.change(field, { messaging_product: 'whatsapp', metadata: lab.metadata, ...value }))
  const made = await person('Quitéria Zambujal', { phone: '+5511983120001', email: 'quiteria@zambujal.example', notes: 'alergia a camarão' })
  await ask('PATCH', `/api/contacts/${made}`, { name: 'Quitéria Zimbório', phone: '+5511983120002', notes: 'prefere andar térreo' })
  const heard = await hear('5511983120003', 'Wanderleia Xisto', { from_user_id: 'BR.99887766554433221100' })
  await lab.tell(
    lab.messages({
      messages: [{ from: '5511983120003', from_user_id: 'BR.99887766554433221100', id: lab.newWamid(), timestamp: now(), type: 'text', text: { body: 'oi' } }],
      contacts: [{ profile: { name: 'Wanderleia Xisto', username: '@wanda.xisto.oficial' }, wa_id: '5511983120003', user_id: 'BR.99887766554433221100' }],
    }),
  )
  await change('smb_app_state_sync', {
    state_sync: [{ type: 'contact', action: 'add', contact: { phone_number: '5511983120004', full_name: 'Epaminondas Kubitza' } }],
  })
  await change('group_settings_update', { groups: [{ group_id: 'GRUPO-998877', subject: 'Excursão Jequitibá', timestamp: now() }] })
  const moving = await hear('5511983120005', 'Ludovico Yparraguirre')
  await lab.tell(
    lab.messages({
      messages: [
        {
          from: '5511983120005',
          id: lab.newWamid(),
          timestamp: String(Number(now()) + 1),
          type: 'system',
          system: { type: 'user_changed_number', body: 'changed', wa_id: '5511983120006', new_wa_id: '5511983120006', customer: '5511983120005' },
        },
      ],
    }),
  )
  const other = await person('Hermengarda Wolff', { phone: '+5511983120007', email: 'h@wolff-familia.example', notes: 'irmã da Wanderleia' })
  const third = await person('Zoroastro Kniphoff')
  await ask('POST', `/api/contacts/${heard}/merge`, { otherId: other })
  const merged = (await ask<Contact>('POST', `/api/contacts/${moving}/merge`, { otherId: third })).body
  await ask('POST', `/api/contacts/${moving}/merges/${merged.merges[0]?.id}/undo`)

  // All of it is there for who may read it.
  for (const q of ['zimborio', 'wanderleia', 'wanda.xisto', 'epaminondas', 'jequitiba', 'ludovico', '83120006', '83120005', 'hermengarda', 'h@wolff', 'knip'])
    expect(await contactsFor(q), q).toHaveLength(q === 'hermengarda' ? 0 : 1)
  const names =
    'quitéria quiteria zambujal zimbório wanderleia xisto wanda. epaminondas kubitza jequitibá grupo-998877 ludovico yparrag hermengarda wolff zoroastro kniphoff camarão térreo br.99887766554433221100'
  const numbers = [1, 2, 3, 4, 5, 6, 7].flatMap((n) => [`1198312000${n}`, `55118312000${n}`])
  expect(await placesOf([...names.split(' '), ...numbers])).toEqual([])
  // The search itself can find: a colleague's name is in the clear, and so is the number of the company.
  expect(await placesOf(['Dona Teste'])).not.toEqual([])
})

it('two sealed values that somebody swapped are an error for those two only, never the other person', async () => {
  const [a, b, c] = [
    await person('Amélia Swap', { phone: '+5511983121001' }),
    await person('Benedito Swap', { phone: '+5511983121002' }),
    await person('Celina Swap'),
  ]
  await lab.server.sql('update contacts x set sealed = y.sealed from contacts y where x.id = any($1) and y.id = any($1) and x.id <> y.id', [[a, b]])
  for (const id of [a, b]) {
    const { status, body } = await ask<Contact>('GET', `/api/contacts/${id}`)
    expect({ status, name: body.name, phone: body.phone }).toEqual({ status: 200, name: 'Contato ilegível', phone: null })
    expect((await ask('PATCH', `/api/contacts/${id}`, { name: 'Por cima' })).status).toBe(500)
  }
  expect((await ask<Contact>('GET', `/api/contacts/${c}`)).body.name).toBe('Celina Swap')
  expect((await contactsFor('swap')).map((x) => x.name)).toEqual(['Celina Swap'])
  // An identity that was moved to another person does not open there.
  await lab.server.sql("update contact_identities set contact_id = $2 where contact_id = $1 and kind = 'phone'", [a, c])
  expect(await identitiesOf(lab.server, lab.owner.tenantId, c)).toEqual([])
  // Who writes from a bent number does not stop the others who write at the same moment.
  const messages = ['5511983121002', '5511983121009'].map((from) => inbound({ from }))
  await lab.tell(lab.messages({ messages }))
  expect(await contactsFor('83121009')).toHaveLength(1)
})

it('whose key is destroyed is nobody any more, everywhere, and not found by anything', async () => {
  const id = await hear('5511983122001', 'Fulgêncio Apagado', {}, 'quero o jacarandá')
  const [conversation] = await conversationsFor('fulgencio')
  expect(conversation?.contact).toMatchObject({ id, name: 'Fulgêncio Apagado' })
  expect(await conversationsFor('jacaranda')).toHaveLength(1)
  await inTenant(lab.server.ctx.db, lab.owner.tenantId, (tx) => destroyContactKeys(tx, [id]))
  const contact = (await ask<Contact>('GET', `/api/contacts/${id}`)).body
  expect(contact).toMatchObject({ name: 'Contato apagado', profileName: null, phone: null, email: null, notes: null, identities: [], formerIdentities: [] })
  expect((await ask<Conversation>('GET', `/api/conversations/${conversation?.id}`)).body.contact).toMatchObject({ id, name: 'Contato apagado', phone: null })
  for (const q of ['fulgencio', '83122001', 'apagado', 'jacaranda']) {
    expect(await contactsFor(q), q).toEqual([])
    expect(await conversationsFor(q), q).toEqual([])
  }
  expect(await lab.server.sql('select words from contacts where id = $1', [id])).toEqual([{ words: null }])
  expect(await lab.server.sql('select 1 from messages where conversation_id = $1 and words is not null', [conversation?.id])).toEqual([])
  // Somebody who writes from that number later is somebody new.
  expect(await hear('5511983122001', 'Fulgêncio de Novo')).not.toBe(id)
  expect((await ask<Contact>('GET', `/api/contacts/${id}`)).body.name).toBe('Contato apagado')
})

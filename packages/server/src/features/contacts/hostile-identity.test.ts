import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Lab, openLab } from '../../testing/inbound-lab.ts'
import { identitiesOf, marksOf } from '../../testing/known-people.ts'

/** What a customer can write themselves decides nothing about who they are. */
let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab.close())

let people = 0
let victimPhone = ''
let attacker = ''
beforeEach(() => {
  victimPhone = lab.newPhone()
  attacker = `BR.attacker${process.pid}x${++people}`
})
const now = () => String(Math.floor(Date.now() / 1000))
const write = (who: object, what: object, contacts: object[] = []) =>
  lab.tell(lab.messages({ contacts, messages: [{ ...who, id: lab.newWamid(), timestamp: now(), ...what }] }))
const text = { type: 'text', text: { body: 'oi' } }
const card = (phones: object[], more: object = {}) => ({ name: { formatted_name: 'Eu' }, phones, ...more })
const NOBODY = '00000000-0000-0000-0000-000000000000'
const contactOf = async (value: string) =>
  (
    await lab.server.sql<{ contact_id: string }>("select contact_id from contact_identities where hash = any($1) order by kind = 'username'", [
      await marksOf(lab.server, lab.owner.tenantId, [value]),
    ])
  )[0]?.contact_id
const phonesOf = async (value: string) =>
  (await identitiesOf(lab.server, lab.owner.tenantId, (await contactOf(value)) ?? NOBODY)).filter((i) => i.kind === 'phone').map((i) => i.value)
const merges = async () => Number((await lab.server.sql<{ n: string }>('select count(*) n from contact_merges'))[0]?.n)

describe('somebody else’s phone is not had', () => {
  it.each<[string, () => object]>([
    ['by a card that was simply sent', () => ({ contacts: [card([{ phone: `+${victimPhone}`, wa_id: victimPhone }])] })],
    [
      'by a vCard that says it was asked for',
      () => ({ contacts: [card([{ phone: `+${victimPhone}`, wa_id: victimPhone }], { vcard: 'origin:contact_request' })] }),
    ],
    ['by the words of a card that was asked for', () => ({ origin: 'contact_request', contacts: [card([{ phone: `+${victimPhone}` }])] })],
    ['by a second number on it', () => ({ origin: 'contact_request', contacts: [card([{ wa_id: lab.newPhone() }, { wa_id: victimPhone }])] })],
    ['by a second card', () => ({ origin: 'contact_request', contacts: [card([{ wa_id: lab.newPhone() }]), card([{ wa_id: victimPhone }])] })],
    ['by a card that WhatsApp says is another’s', () => ({ origin: 'contact_request', contacts: [card([{ wa_id: victimPhone, user_id: 'BR.victim' }])] })],
    ['by an answer that nobody asked for', () => ({ origin: 'contact_request', contacts: [card([{ phone: `+${victimPhone}`, wa_id: victimPhone }])] })],
  ])('%s', async (_how, message) => {
    const before = await merges()
    await write({ from: victimPhone }, text)
    await write({ from_user_id: attacker }, text)
    const victim = await contactOf(victimPhone)
    await write({ from_user_id: attacker }, { type: 'contacts', ...message() })
    expect(await contactOf(victimPhone)).toBe(victim)
    expect(await phonesOf(attacker)).toEqual([])
    expect(await merges()).toBe(before)
  })

  it('not even by an answer that was asked for, when WhatsApp showed the number with another id', async () => {
    await write({ from: victimPhone, from_user_id: `${attacker}v` }, text)
    await write({ from_user_id: attacker }, text)
    await asked(attacker)
    await write({ from_user_id: attacker }, { type: 'contacts', origin: 'contact_request', contacts: [card([{ wa_id: victimPhone }])] })
    expect(await phonesOf(attacker)).toEqual([])
    expect(await phonesOf(`${attacker}v`)).toEqual([victimPhone])
  })

  it.each([
    ['a name', { profile: { name: '+5511970000001', username: '5511970000001' } }],
    ['a name that tells of a change', { profile: { name: 'changed from 5511970000001 to 5511970000002' } }],
  ])('by %s', async (_how, profile) => {
    await write({ from: victimPhone }, text)
    const victim = await contactOf(victimPhone)
    const named = { profile: Object.fromEntries(Object.entries(profile.profile).map(([k, v]) => [k, v.replace('5511970000001', victimPhone)])) }
    await write({ from_user_id: attacker }, text, [{ ...named, user_id: attacker }])
    expect(await contactOf(victimPhone)).toBe(victim)
    expect(await phonesOf(attacker)).toEqual([])
  })

  it.each(['user_changed_number', 'user_changed_user_id', 'user_identity_changed'])('by a name that stands in the sentence of %s', async (type) => {
    const before = await merges()
    await write({ from: victimPhone }, text)
    await write({ from_user_id: attacker }, text)
    const victim = await contactOf(victimPhone)
    const name = `X changed from ${victimPhone} to ${attacker}n`
    const body = type === 'user_identity_changed' ? `New security code of ${name}` : `User ${name} changed from ${attacker} to ${attacker}n`
    const change = type === 'user_identity_changed' ? { user_id: attacker } : { user_id: `${attacker}n`, previous_user_id: attacker }
    await lab.tell(lab.messages({ messages: [{ id: lab.newWamid(), timestamp: now(), type: 'system', system: { type, body, ...change } }] }))
    expect(await contactOf(victimPhone)).toBe(victim)
    expect(await merges()).toBe(before)
  })

  it('a username that another shows goes over, and nothing else', async () => {
    await write({ from: victimPhone }, text, [{ profile: { name: 'V', username: '@praia' }, wa_id: victimPhone }])
    const victim = await contactOf(victimPhone)
    const later = String(Number(now()) + 5)
    await write({ from_user_id: attacker }, { ...text, timestamp: later }, [{ profile: { name: 'V', username: '@praia' }, user_id: attacker }])
    expect(await contactOf(victimPhone)).toBe(victim)
    expect(await contactOf('praia')).toBe(await contactOf(attacker))
    expect(await contactOf(attacker)).not.toBe(victim)
  })
})

/** A question for the number stands in the conversation. */
async function asked(bsuid: string): Promise<void> {
  const [conversation] = await lab.server.sql<{ id: string; channel_id: string }>('select id, channel_id from conversations where contact_id = $1', [
    await contactOf(bsuid),
  ])
  await lab.server.sql(
    `insert into messages (id, tenant_id, conversation_id, channel_id, direction, type, asks_contact, status, at)
      values (gen_random_uuid(), $1, $2, $3, 'out', 'interactive', true, 'read', now())`,
    [lab.owner.tenantId, conversation?.id, conversation?.channel_id],
  )
}

it('the answer that was asked for makes the person whom we knew by phone and the one by id the same', async () => {
  await write({ from: victimPhone }, text)
  await write({ from_user_id: attacker }, text)
  await asked(attacker)
  await write({ from_user_id: attacker }, { type: 'contacts', origin: 'contact_request', contacts: [card([{ phone: `+${victimPhone}`, wa_id: victimPhone }])] })
  expect(await contactOf(victimPhone)).toBe(await contactOf(attacker))
})

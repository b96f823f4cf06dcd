import type { NumberState } from '../../src/emulator-types.ts'
import { h } from '../dom.ts'
import type { Backstage } from './backstage.ts'
import { amount, button, choice, hint, line, type Option, pick, run, toggle } from './controls.ts'

const FAULTS: readonly Option[] = [
  ['', 'Nenhuma'],
  ['130429', '130429 · ritmo do número'],
  ['131016', '131016 · serviço fora do ar'],
  ['131026', '131026 · não entregável'],
  ['131042', '131042 · pagamento'],
  ['131048', '131048 · limite de spam'],
  ['131056', '131056 · ritmo por pessoa'],
  ['131057', '131057 · manutenção'],
  ['80007', '80007 · ritmo de gestão'],
  ['1', '1 · erro desconhecido'],
]
const same = (...values: string[]): Option[] => values.map((value) => [value, value] as const)

/** Token, faults, quality, limits, name and standing. Every change sends the webhook Meta would send. */
export function buildNumberSection({ number, platform }: Backstage): Node[] {
  const id = number.phoneNumberId
  const change = (changes: object): void => run('PATCH', `numbers/${id}/platform`, changes, '')
  const name = h('input', { value: number.verifiedName, 'aria-label': 'Nome pedido' })
  const decision = pick('Decisão sobre o nome', same('APPROVED', 'REJECTED', 'PENDING', 'DEFERRED'))
  const pin = pick('Aviso de PIN', same('PIN_CHANGED', 'PIN_RESET_REQUEST', 'PIN_REQUEST_SUCCESS'))
  return [
    choice(
      'Token de acesso',
      platform.token,
      [
        ['valid', 'Válido'],
        ['expired', 'Expirado (190/463)'],
        ['revoked', 'Revogado (190/467)'],
      ],
      (token) => change({ token }),
    ),
    choice('Falha em todo envio', String(number.sendFault ?? ''), FAULTS, (code) =>
      run('PATCH', `numbers/${id}`, { sendFault: code ? Number(code) : null }, ''),
    ),
    toggle('Número registrado', number.registered, (registered) => run('PATCH', `numbers/${id}`, { registered }, '')),
    ...buildQuality(platform.number, change),
    ...buildAccount(platform, change),
    h('h4', {}, 'Nome de exibição'),
    line(
      name,
      decision,
      button('Decidir', () => change({ nameRequested: name.value, nameDecision: decision.value })),
    ),
    h('h4', {}, 'PIN de duas etapas'),
    line(
      pin,
      button('Avisar', () => run('POST', 'fields/security', { phoneNumberId: id, event: pin.value }, 'Aviso enviado.')),
    ),
    hint('Códigos por destinatário estão nos números-sentinela do README.'),
  ]
}

type Change = (changes: object) => void

function buildQuality(state: NumberState, change: Change): Node[] {
  return [
    choice('Qualidade', state.quality, same('GREEN', 'YELLOW', 'RED', 'NA'), (quality) => change({ quality })),
    choice('Limite por dia', state.messagingLimit, same('TIER_250', 'TIER_2K', 'TIER_10K', 'TIER_100K', 'TIER_UNLIMITED'), (messagingLimit) =>
      change({ messagingLimit }),
    ),
    choice(
      'Vazão',
      state.throughput,
      [
        ['STANDARD', 'Normal (80/s)'],
        ['HIGH', 'Alta (1.000/s)'],
      ],
      (throughput) => change({ throughput }),
    ),
    choice('Situação do número', state.status ?? '', [['', 'CONNECTED'], ...same('FLAGGED', 'RESTRICTED', 'RATE_LIMITED', 'BANNED', 'PENDING')], (status) =>
      change({ status: status || null }),
    ),
    toggle('Conta oficial', state.official, (official) => change({ official }), 'pode ter grupos'),
    amount('Manutenção (segundos)', 0, (maintenanceSeconds) => change({ maintenanceSeconds }), 'envios respondem 131057'),
  ]
}

function buildAccount({ account }: Backstage['platform'], change: Change): Node[] {
  return [
    choice(
      'Punição da conta',
      account.standing,
      [
        ['ok', 'Nenhuma'],
        ['restricted', 'Restrita'],
        ['locked', 'Bloqueada (131031)'],
        ['banned', 'Banida'],
      ],
      (standing) => change({ standing }),
    ),
    choice('Revisão da conta', account.reviewStatus, same('APPROVED', 'REJECTED', 'PENDING', 'DEFERRED'), (reviewStatus) => change({ reviewStatus })),
    toggle('Tem forma de pagamento', account.paymentMethod, (paymentMethod) => change({ paymentMethod }), 'sem ela, só a parte grátis'),
    toggle('Isenta (governo, sem fins lucrativos)', account.paidExempt, (paidExempt) => change({ paidExempt })),
  ]
}

import type { Scenario } from '../../src/emulator-types.ts'
import type { Backstage } from './backstage.ts'
import { amount, button, choice, line, run, toggle } from './controls.ts'

/** How webhooks travel: scenario settings, saved one by one. */
export function buildDeliverySection({ state }: Backstage): Node[] {
  const { scenario } = state
  if (!scenario) return []
  const save = (changes: Partial<Scenario>): void => run('PUT', 'scenario', changes, '')
  return [
    choice(
      'O que o negócio vê do cliente',
      scenario.identity,
      [
        ['both', 'Telefone e identificador'],
        ['phone', 'Só o telefone (como até 2025)'],
        ['bsuid', 'Só o identificador, sem telefone'],
      ],
      (identity) => save({ identity: identity as Scenario['identity'] }),
    ),
    amount('Repetir a cada', scenario.duplicateEvery, (duplicateEvery) => save({ duplicateEvery }), 'avisos; 0 = nunca'),
    amount('Atraso (ms)', scenario.delayMs, (delayMs) => save({ delayMs })),
    amount('Variação do atraso (ms)', scenario.jitterMs, (jitterMs) => save({ jitterMs })),
    toggle('Fora de ordem e em paralelo', scenario.shuffle, (shuffle) => save({ shuffle })),
    amount('Juntar em lotes (ms)', scenario.batchMs, (batchMs) => save({ batchMs }), 'até 1.000 num só POST'),
    amount('Omitir “entregue” a cada', scenario.dropDeliveredEvery, (dropDeliveredEvery) => save({ dropDeliveredEvery }), '0 = nunca'),
    toggle('Clientes leem na hora', scenario.autoRead, (autoRead) => save({ autoRead })),
    toggle('Avisar que o cliente digita', scenario.typingWebhook, (typingWebhook) => save({ typingWebhook }), 'só existe no emulador'),
    toggle('Limites de ritmo da Meta', scenario.limits, (limits) => save({ limits }), '80 por segundo; 1 a cada 6 s por pessoa'),
    toggle('Janela de 24 h', scenario.windowCheck, (windowCheck) => save({ windowCheck })),
    choice(
      'Fora da janela',
      scenario.windowError,
      [
        ['sync', 'Recusa na hora'],
        ['async', 'Aceita e falha depois'],
      ],
      (windowError) => save({ windowError: windowError as Scenario['windowError'] }),
    ),
    toggle('Conferir modelos', scenario.templateCheck, (templateCheck) => save({ templateCheck })),
    choice(
      'Análise de modelos novos',
      scenario.templateDecision,
      [
        ['approve', 'Aprova'],
        ['reject', 'Recusa'],
        ['pending', 'Deixa esperando'],
      ],
      (templateDecision) => save({ templateDecision: templateDecision as Scenario['templateDecision'] }),
    ),
    amount('Duração da análise (ms)', scenario.templateReviewMs, (templateReviewMs) => save({ templateReviewMs })),
    amount('Ofertas por pessoa em 24 h', scenario.marketingCap, (marketingCap) => save({ marketingCap }), '0 = sem teto'),
    amount('Mensagens de serviço grátis no mês', scenario.freeServiceMessages, (freeServiceMessages) => save({ freeServiceMessages })),
    choice(
      'Versão dos avisos',
      scenario.webhookVersion,
      ['v26.0', 'v25.0', 'v24.0', 'v23.0', 'v22.0'].map((version) => [version, version] as const),
      (webhookVersion) => save({ webhookVersion }),
      'até a v23.0 com “conversation”',
    ),
    line(
      button('Tentar de novo agora', () => run('POST', 'retry-now', {}, 'Avisos pendentes reenviados.')),
      `${state.pendingDeliveries} esperando`,
    ),
  ]
}

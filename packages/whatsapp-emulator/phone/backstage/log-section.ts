import type { WebhookLogEntry } from '../../src/webhooks/webhook-types.ts'
import { call } from '../api-client.ts'
import { h, showNotice } from '../dom.ts'
import { button, line, run } from './controls.ts'

const clock = new Intl.DateTimeFormat('pt-BR', { timeStyle: 'medium' })

/** The last webhooks with the receiver's answers; read anew on demand and whenever the section is opened. */
export function createLogSection(): () => Node[] {
  const list = h('ol', { class: 'log' })
  const read = async (): Promise<void> => {
    const { webhooks } = await call<{ webhooks: WebhookLogEntry[] }>('GET', 'webhooks?limit=30')
    list.replaceChildren(...webhooks.reverse().map(buildEntry))
    if (webhooks.length === 0) list.append(h('li', {}, 'Nenhum aviso enviado ainda.'))
  }
  const refresh = (): void => void read().catch((error: unknown) => showNotice(String(error)))
  return () => {
    refresh()
    return [
      line(
        button('Atualizar', refresh),
        button('Zerar conversas', () => run('POST', 'reset', {}, 'Conversas, clientes e cenário zerados.')),
      ),
      list,
    ]
  }
}

function buildEntry(entry: WebhookLogEntry): HTMLElement {
  const good = entry.status === 200
  return h(
    'li',
    {},
    h(
      'details',
      {},
      h(
        'summary',
        {},
        h('span', { class: good ? 'good' : 'bad' }, entry.status === 0 ? (entry.error ?? 'sem resposta') : String(entry.status)),
        h('span', {}, describe(entry.body)),
        h('small', {}, `${clock.format(entry.at)} · ${Math.round(entry.durationMs)} ms${entry.attempt > 1 ? ` · ${entry.attempt}ª tentativa` : ''}`),
      ),
      h('pre', {}, indent(entry.body)),
    ),
  )
}

interface Body {
  entry?: { changes?: { field?: string; value?: { messages?: { type?: string }[]; statuses?: { status?: string; type?: string }[] } }[] }[]
}

function describe(text: string): string {
  try {
    const changes = ((JSON.parse(text) as Body).entry ?? []).flatMap((entry) => entry.changes ?? [])
    const [first] = changes
    const what = first?.value?.messages?.[0]?.type ?? first?.value?.statuses?.[0]?.status ?? first?.value?.statuses?.[0]?.type
    return `${first?.field ?? '?'}${what ? ` · ${what}` : ''}${changes.length > 1 ? ` e mais ${changes.length - 1}` : ''}`
  } catch {
    return 'corpo que não é JSON'
  }
}

function indent(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

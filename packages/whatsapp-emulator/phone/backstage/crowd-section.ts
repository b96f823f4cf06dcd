import type { CrowdKind, CrowdReport } from '../../src/control/backstage-types.ts'
import { call } from '../api-client.ts'
import { h, showNotice } from '../dom.ts'
import type { Backstage } from './backstage.ts'
import { line } from './controls.ts'

const MIXES: Record<string, Partial<Record<CrowdKind, number>> | undefined> = {
  'Como no dia a dia': undefined,
  'Só textos': { text: 1 },
  'Muita mídia': { text: 4, image: 3, audio: 2, video: 1, document: 1, sticker: 1 },
  'Tudo misturado': { text: 1, image: 1, audio: 1, video: 1, document: 1, sticker: 1, location: 1, contacts: 1, reaction: 1 },
}

/** Starts and stops the crowd, with a live count. The fields keep what was written. */
export function createCrowdSection(): (stage: Backstage) => Node[] {
  const field = (label: string, value: number, most: number): HTMLInputElement => h('input', { type: 'number', min: 1, max: most, value, 'aria-label': label })
  const customers = field('Pessoas', 50, 2000)
  const perSecond = field('Mensagens por segundo', 5, 200)
  const seconds = field('Segundos', 60, 600)
  const mix = h('select', { 'aria-label': 'Mistura' }, ...Object.keys(MIXES).map((name) => h('option', { value: name }, name)))
  const count = h('output', { class: 'count' }, '0')
  const rest = h('small', {}, 'parada')
  const bar = h('progress', { max: 1, value: 0, 'aria-label': 'Andamento da multidão' })
  const press = h('button', { type: 'button', class: 'button main wide' }, 'Soltar a multidão')
  let running = false
  let phoneNumberId = ''
  let timer = 0

  function show(report: CrowdReport): void {
    running = report.running
    count.textContent = report.sent.toLocaleString('pt-BR')
    const left = report.endsAt === null ? 0 : Math.max(0, Math.ceil((report.endsAt - Date.now()) / 1000))
    rest.textContent = running ? `mensagens · faltam ${left} s` : report.startedAt === null ? 'parada' : 'mensagens · terminou'
    bar.value = report.seconds > 0 ? 1 - left / report.seconds : 0
    press.textContent = running ? 'Parar a multidão' : 'Soltar a multidão'
    press.classList.toggle('harm', running)
    clearTimeout(timer)
    if (running) timer = window.setTimeout(refresh, 400)
  }
  const act = (work: Promise<CrowdReport>): void =>
    void work.then(show).catch((error: unknown) => showNotice(`Não deu certo: ${error instanceof Error ? error.message : String(error)}`))
  const refresh = (): void => act(call('GET', 'crowd'))
  press.addEventListener('click', () => {
    if (running) act(call('DELETE', 'crowd'))
    else {
      const chosen = MIXES[mix.value]
      const plan = {
        phoneNumberId,
        customers: Number(customers.value),
        perSecond: Number(perSecond.value),
        seconds: Number(seconds.value),
        ...(chosen ? { mix: chosen } : {}),
      }
      act(call('POST', 'crowd', plan))
    }
  })
  return (stage) => {
    phoneNumberId = stage.number.phoneNumberId
    refresh()
    return [
      h('div', { class: 'crowd-fields' }, h('label', {}, 'Pessoas', customers), h('label', {}, 'Por segundo', perSecond), h('label', {}, 'Segundos', seconds)),
      h('label', { class: 'setting' }, h('span', {}, 'Mistura'), mix),
      press,
      line(count, rest),
      bar,
    ]
  }
}

import { renderOperation } from './operation.js'
import { el } from './schema.js'
import { SchemaFacts } from './schema-facts.js'
import { currentLanguage, switchLanguage, word } from './words.js'

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const byId = (id) => document.getElementById(id)
const anchorOf = (method, url) => `op-${method}${url.replace(/[^a-z0-9]+/gi, '-')}`.replace(/-$/, '').toLowerCase()
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

function listOperations(spec, facts) {
  const operations = []
  for (const [url, item] of Object.entries(spec.paths)) {
    for (const method of METHODS) {
      const o = item[method]
      if (!o) continue
      const body = Object.values(o.requestBody?.content ?? {})[0]?.schema
      const words = [method, url, o.summary, o.description, body && facts.textOf(body), ...(o.parameters ?? []).map((p) => p.name)]
      operations.push({ method, url, o, id: anchorOf(method, url), tag: o.tags?.[0] ?? word('other'), text: plain(words.filter(Boolean).join(' ')) })
    }
  }
  return operations
}

function renderErrors(errors) {
  const row = (e) =>
    el('tr', { id: e.code }, el('td', {}, el('a', { href: `#${e.code}` }, el('code', {}, e.code))), el('td', {}, String(e.status)), el('td', {}, e.title))
  const head = el('tr', {}, ...['code', 'status', 'sentence'].map((w) => el('th', { scope: 'col' }, word(w))))
  return el(
    'section',
    { id: 'errors', class: 'group' },
    el('h2', {}, word('errors')),
    el('p', {}, word('errorsIntro')),
    el('table', {}, el('thead', {}, head), el('tbody', {}, ...errors.map(row))),
  )
}

function draw(spec, filter = '') {
  const facts = new SchemaFacts(spec)
  const wanted = plain(filter).split(/\s+/).filter(Boolean)
  const matches = (text) => wanted.every((w) => text.includes(w))
  const operations = listOperations(spec, facts).filter((x) => matches(x.text))
  const errors = spec['x-error-codes'].filter((e) => matches(plain(`${e.code} ${e.status} ${e.title}`)))
  const groups = Map.groupBy ? Map.groupBy(operations, (x) => x.tag) : groupBy(operations)
  const main = byId('content')
  main.replaceChildren(
    ...[...groups].map(([tag, list]) =>
      el('section', { class: 'group', id: `tag-${tag.replaceAll(' ', '-')}` }, el('h2', {}, tag), ...list.map((x) => renderOperation(x, facts))),
    ),
    ...(errors.length > 0 ? [renderErrors(errors)] : []),
    ...(operations.length + errors.length === 0 ? [el('p', { class: 'nothing', role: 'status' }, word('nothing'))] : []),
  )
  byId('menu').replaceChildren(
    ...[...groups].map(([tag, list]) =>
      el(
        'div',
        { class: 'menu-group' },
        el('a', { class: 'menu-tag', href: `#tag-${tag.replaceAll(' ', '-')}` }, tag),
        ...list.map((x) => el('a', { href: `#${x.id}` }, el('span', { class: `dot ${x.method}` }, x.method), el('span', {}, x.url))),
      ),
    ),
    el('div', { class: 'menu-group' }, el('a', { class: 'menu-tag', href: '#errors' }, word('errors'))),
  )
}

function groupBy(operations) {
  const groups = new Map()
  for (const x of operations) groups.set(x.tag, [...(groups.get(x.tag) ?? []), x])
  return groups
}

function showAnchor() {
  const target = byId(decodeURIComponent(location.hash.slice(1)))
  if (!target) return
  if (target instanceof HTMLDetailsElement) target.open = true
  target.scrollIntoView()
  for (const old of document.querySelectorAll('.target')) old.classList.remove('target')
  target.classList.add('target')
}

function label() {
  document.documentElement.lang = currentLanguage()
  document.title = word('title')
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = word(node.dataset.word)
  byId('language').textContent = word('language')
  byId('theme').textContent = isDark() ? word('light') : word('dark')
  byId('search').placeholder = word('search')
  byId('search').setAttribute('aria-label', word('searchLabel'))
}

const root = document.documentElement
const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches)

async function start() {
  label()
  const answer = await fetch('/api/openapi.json')
  if (!answer.ok) throw new Error(String(answer.status))
  const spec = await answer.json()
  byId('version').textContent = spec.info.version
  const search = byId('search')
  const redraw = () => draw(spec, search.value)
  redraw()
  showAnchor()
  search.addEventListener('input', redraw)
  addEventListener('hashchange', showAnchor)
  byId('language').addEventListener('click', () => {
    switchLanguage()
    label()
    redraw()
  })
  byId('theme').addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark'
    label()
  })
  addEventListener('keydown', (e) => {
    if (e.key !== '/' || e.target instanceof HTMLInputElement) return
    e.preventDefault()
    search.focus()
  })
}

start().catch(() => (byId('content').textContent = word('failed')))

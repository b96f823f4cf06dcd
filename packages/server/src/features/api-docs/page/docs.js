import { createSchemaView, el } from './schema.js'
import { currentLanguage, switchLanguage, word } from './words.js'

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const byId = (id) => document.getElementById(id)
const anchorOf = (method, url) => `op-${method}${url.replace(/[^a-z0-9]+/gi, '-')}`.replace(/-$/, '').toLowerCase()
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

function listOperations(spec, view) {
  const operations = []
  for (const [url, item] of Object.entries(spec.paths)) {
    for (const method of METHODS) {
      const o = item[method]
      if (!o) continue
      const body = Object.values(o.requestBody?.content ?? {})[0]?.schema
      const words = [method, url, o.summary, o.description, body && view.textOf(body), ...(o.parameters ?? []).map((p) => p.name)]
      operations.push({ method, url, o, id: anchorOf(method, url), tag: o.tags?.[0] ?? word('other'), text: plain(words.filter(Boolean).join(' ')) })
    }
  }
  return operations
}

function accessBadge(o) {
  if (o.security?.length === 0) return el('span', { class: 'access open' }, word('public'))
  const permission = /permission `([^`]+)`/.exec(o.description ?? '')?.[1]
  return el('span', { class: 'access' }, permission ?? word('login'))
}

function copyButton(text) {
  const button = el('button', { type: 'button', class: 'copy' }, word('copy'))
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text)
    button.textContent = word('copied')
    setTimeout(() => (button.textContent = word('copy')), 1500)
  })
  return button
}

const codeBlock = (text) => el('div', { class: 'block' }, copyButton(text), el('pre', { tabindex: '0' }, el('code', {}, text)))

function curlOf({ method, url, o }, view) {
  const [type, media] = Object.entries(o.requestBody?.content ?? {})[0] ?? []
  const lines = [`curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} '${location.origin}${url}'`]
  if (o.security?.length !== 0) lines.push("-H 'Authorization: Bearer $TOKEN'")
  if (type === 'application/json')
    lines.push("-H 'Content-Type: application/json'", `-d '${JSON.stringify(view.example(media.schema), null, 2).replaceAll("'", "'\\''")}'`)
  if (o.tags?.includes('media') && method === 'post') lines.push("-F 'kind=image'", "-F 'file=@foto.jpg'")
  return lines.join(' \\\n  ')
}

function renderParameters(parameters, view) {
  if (!parameters?.length) return undefined
  const row = (p) =>
    el(
      'li',
      { class: 'field' },
      el(
        'div',
        { class: 'field-head' },
        el('code', { class: 'name' }, p.name),
        el('span', { class: 'type' }, `${view.typeName(p.schema)} · ${word(p.in)}`),
        p.required && el('span', { class: 'required' }, word('required')),
        el('span', { class: 'limits' }, view.limits(p.schema)),
      ),
      p.schema?.enum && el('p', { class: 'values' }, ...p.schema.enum.flatMap((v) => [el('code', {}, String(v)), ' '])),
    )
  return el('section', {}, el('h4', {}, word('parameters')), el('ul', { class: 'fields' }, ...parameters.map(row)))
}

function renderBody(o, view) {
  const [type, media] = Object.entries(o.requestBody?.content ?? {})[0] ?? []
  return media?.schema && el('section', {}, el('h4', {}, word('body'), ' ', el('small', {}, type)), view.renderFields(media.schema))
}

function renderAnswer([status, answer], view) {
  const schema = Object.values(answer.content ?? {})[0]?.schema
  if (status === 'default') return el('li', {}, el('span', { class: 'status bad' }, '4xx 5xx'), ' ', el('a', { href: '#errors' }, word('seeErrors')))
  const head = [
    el('span', { class: `status ${status < '300' ? 'good' : 'bad'}` }, status),
    ' ',
    el('span', { class: 'type' }, schema ? view.typeName(schema) : word('noContent')),
  ]
  if (!schema) return el('li', {}, ...head)
  return el('li', {}, el('details', {}, el('summary', {}, ...head), view.renderFields(schema), codeBlock(JSON.stringify(view.example(schema), null, 2))))
}

function renderOperation(operation, view) {
  const { method, url, o, id } = operation
  const content = () => [
    o.description && el('p', { class: 'description' }, o.description),
    renderParameters(o.parameters, view),
    renderBody(o, view),
    el('section', {}, el('h4', {}, word('answers')), el('ul', { class: 'answers' }, ...Object.entries(o.responses ?? {}).map((r) => renderAnswer(r, view)))),
    el('section', {}, el('h4', {}, word('example')), codeBlock(curlOf(operation, view))),
  ]
  const details = el(
    'details',
    { class: 'operation', id },
    el(
      'summary',
      {},
      el('span', { class: `method ${method}` }, method.toUpperCase()),
      el('code', { class: 'url' }, url),
      el('span', { class: 'what' }, o.summary ?? ''),
      accessBadge(o),
    ),
  )
  // Made when it is opened: a hundred routes with all their fields would be slow to draw at once.
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(el('div', { class: 'inside' }, ...content().filter(Boolean)))
  })
  return details
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
  const view = createSchemaView(spec)
  const wanted = plain(filter).split(/\s+/).filter(Boolean)
  const matches = (text) => wanted.every((w) => text.includes(w))
  const operations = listOperations(spec, view).filter((x) => matches(x.text))
  const errors = spec['x-error-codes'].filter((e) => matches(plain(`${e.code} ${e.status} ${e.title}`)))
  const groups = Map.groupBy ? Map.groupBy(operations, (x) => x.tag) : groupBy(operations)
  const main = byId('content')
  main.replaceChildren(
    ...[...groups].map(([tag, list]) =>
      el('section', { class: 'group', id: `tag-${tag.replaceAll(' ', '-')}` }, el('h2', {}, tag), ...list.map((x) => renderOperation(x, view))),
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

import { el, renderField, renderFields } from './schema.js'
import { word } from './words.js'

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

function curlOf({ method, url, o }, facts) {
  const [type, media] = Object.entries(o.requestBody?.content ?? {})[0] ?? []
  const lines = [`curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} '${location.origin}${url}'`]
  if (o.security?.length !== 0) lines.push("-H 'Authorization: Bearer $TOKEN'")
  if (type === 'application/json')
    lines.push("-H 'Content-Type: application/json'", `-d '${JSON.stringify(facts.example(media.schema), null, 2).replaceAll("'", "'\\''")}'`)
  if (type === 'multipart/form-data') lines.push("-F 'kind=image'", "-F 'file=@foto.jpg'")
  return lines.join(' \\\n  ')
}

function renderParameters(parameters, facts) {
  if (!parameters?.length) return undefined
  const row = (p) => renderField(facts, { name: p.name, schema: p.schema, required: p.required, place: word(p.in) })
  return el('section', {}, el('h4', {}, word('parameters')), el('ul', { class: 'fields' }, ...parameters.map(row)))
}

function renderBody(o, facts) {
  const [type, media] = Object.entries(o.requestBody?.content ?? {})[0] ?? []
  return media?.schema && el('section', {}, el('h4', {}, word('body'), ' ', el('small', {}, type)), renderFields(facts, media.schema))
}

function renderAnswer([status, answer], facts) {
  const schema = Object.values(answer.content ?? {})[0]?.schema
  if (status === 'default') return el('li', {}, el('span', { class: 'status bad' }, '4xx 5xx'), ' ', el('a', { href: '#errors' }, word('seeErrors')))
  const head = [
    el('span', { class: `status ${status < '300' ? 'good' : 'bad'}` }, status),
    ' ',
    el('span', { class: 'type' }, schema ? facts.typeName(schema) : word('noContent')),
  ]
  if (!schema) return el('li', {}, ...head)
  return el('li', {}, el('details', {}, el('summary', {}, ...head), renderFields(facts, schema), codeBlock(JSON.stringify(facts.example(schema), null, 2))))
}

/** One route, closed; its fields are drawn when it is opened. */
export function renderOperation(operation, facts) {
  const { method, url, o, id } = operation
  const content = () => [
    o.description && el('p', { class: 'description' }, o.description),
    renderParameters(o.parameters, facts),
    renderBody(o, facts),
    el('section', {}, el('h4', {}, word('answers')), el('ul', { class: 'answers' }, ...Object.entries(o.responses ?? {}).map((r) => renderAnswer(r, facts)))),
    el('section', {}, el('h4', {}, word('example')), codeBlock(curlOf(operation, facts))),
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

import { word } from './words.js'

/** Builds an element; children are nodes or text, never HTML. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) node.setAttribute(key, value)
  node.append(...children.filter((c) => c !== undefined && c !== null && c !== false))
  return node
}

const MAX_DEPTH = 6

/** Content made when it is opened: schemas may refer to themselves. */
function lazyDetails(title, make) {
  const details = el('details', { class: 'deeper' }, el('summary', {}, title))
  details.addEventListener('toggle', () => details.open && details.children.length === 1 && details.append(make()))
  return details
}

/** One field or parameter: name, type, limits, and what else is known. */
export function renderField(facts, { name, schema, required, place }, ...more) {
  const s = facts.resolve(schema)
  const values = facts.values(schema)
  const type = [facts.typeName(schema), place].filter(Boolean).join(' · ')
  const head = el(
    'div',
    { class: 'field-head' },
    el('code', { class: 'name' }, name),
    el('span', { class: 'type' }, type),
    required && el('span', { class: 'required' }, word('required')),
    el('span', { class: 'limits' }, facts.limits(schema)),
  )
  return el(
    'li',
    { class: 'field' },
    head,
    s.description && el('p', { class: 'note' }, s.description),
    values && el('p', { class: 'values' }, ...values.flatMap((v) => [el('code', {}, String(v)), ' '])),
    ...more,
  )
}

export function renderFields(facts, schema, depth = 0) {
  const s = facts.resolve(schema)
  const options = facts.variants(s)
  if (options.length > 1) {
    const variant = (o) => lazyDetails(facts.variantTitle(o), () => renderFields(facts, facts.inner(o) ?? o, depth + 1))
    return el('div', { class: 'variants' }, ...options.map(variant))
  }
  const target = s.properties ? s : facts.inner(s)
  if (!target) return el('p', { class: 'type' }, facts.typeName(schema))
  if (!target.properties) return renderFields(facts, target, depth)
  const required = new Set(target.required ?? [])
  const row = ([name, p]) => {
    const below = depth < MAX_DEPTH ? facts.inner(p) : undefined
    const deeper = below && lazyDetails(word('deeper'), () => renderFields(facts, below, depth + 1))
    return renderField(facts, { name, schema: p, required: required.has(name) }, deeper)
  }
  return el('ul', { class: 'fields' }, ...Object.entries(target.properties).map(row))
}

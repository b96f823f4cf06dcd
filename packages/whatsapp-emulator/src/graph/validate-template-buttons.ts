import { type JsonObject, readObjects } from '../json.ts'
import { type GraphError, parameterError, userError } from './graph-error.ts'
import { listVariables } from './template-texts.ts'

const MOST: Record<string, number> = { URL: 2, PHONE_NUMBER: 1, COPY_CODE: 1, FLOW: 1, CATALOG: 1, MPM: 1, SPM: 1, VOICE_CALL: 1, REQUEST_CONTACT_INFO: 1 }
const KINDS = ['QUICK_REPLY', ...Object.keys(MOST)]

function tooLong(text: string): GraphError {
  return userError(100, 2388040, 'Character limit exceeded', text)
}

/**
 * Checks the buttons of a template (Cloud API, template components) and gives their types in order.
 * Quick replies stand together, before or after the others.
 */
export function validateTemplateButtons(component: JsonObject, most: number): string[] {
  const buttons = readObjects(component, 'buttons')
  if (buttons.length < 1 || buttons.length > most) throw parameterError(`A template has 1 to ${most} buttons.`)
  const kinds = buttons.map((button) => String(button.type ?? '').toUpperCase())
  for (const kind of kinds) {
    if (!KINDS.includes(kind)) throw parameterError(`Param buttons[type] must be one of {${KINDS.join(', ')}} - got "${kind}".`)
    const count = kinds.filter((other) => other === kind).length
    if (count > (MOST[kind] ?? most)) throw parameterError(`A template has at most ${MOST[kind]} buttons of type ${kind}.`)
  }
  const quick = kinds.map((kind) => kind === 'QUICK_REPLY')
  if (quick.filter((now, place) => now !== quick[place - 1]).length > 2) throw parameterError('Quick replies must stand together, not between other buttons.')
  buttons.forEach((button, place) => void checkButton(button, kinds[place] ?? ''))
  return kinds
}

function checkButton(button: JsonObject, kind: string): void {
  const text = typeof button.text === 'string' ? button.text : ''
  if (text === '' && !['COPY_CODE', 'CATALOG', 'MPM', 'SPM', 'REQUEST_CONTACT_INFO'].includes(kind))
    throw parameterError(`A button of type ${kind} needs a text.`)
  if ([...text].length > 25) throw tooLong('The text of a button has at most 25 characters.')
  if (kind === 'URL') checkUrl(button)
  if (kind === 'PHONE_NUMBER' && !/^\+?[\d\s()-]{1,20}$/.test(String(button.phone_number ?? ''))) throw tooLong('phone_number has at most 20 characters.')
  if (kind === 'COPY_CODE') {
    const example = Array.isArray(button.example) ? button.example[0] : button.example
    if (typeof example !== 'string' || example === '') throw parameterError('A button of type COPY_CODE needs an example.')
    if ([...example].length > 15) throw tooLong('A code has at most 15 characters.')
  }
  if (kind === 'FLOW' && !button.flow_id && !button.flow_name && !button.flow_json)
    throw parameterError('A button of type FLOW needs flow_id, flow_name or flow_json.')
}

function checkUrl(button: JsonObject): void {
  const url = typeof button.url === 'string' ? button.url : ''
  if (!/^https?:\/\//.test(url)) throw parameterError('A button of type URL needs a url with http:// or https://.')
  if (url.length > 2000) throw tooLong('A url has at most 2,000 characters.')
  const variables = listVariables(url)
  if (variables.length === 0) return
  if (variables.length > 1 || !/\}\}$/.test(url)) throw parameterError('A url has one variable, at its end.')
  if (!Array.isArray(button.example) || button.example.length === 0) throw parameterError('A url with a variable needs an example.')
}

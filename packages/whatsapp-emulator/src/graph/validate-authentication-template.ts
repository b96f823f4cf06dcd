import { type JsonObject, readObjects } from '../json.ts'
import { parameterError } from './graph-error.ts'

/**
 * Checks an authentication template: the text is Meta's, the footer is only a time, one one-time-password button
 * (Cloud API, authentication templates).
 */
export function validateAuthenticationTemplate(components: JsonObject[]): void {
  for (const component of components) {
    if (component.type === 'BODY') {
      if (component.text !== undefined) throw parameterError('The body of an authentication template is fixed; leave out text.')
    } else if (component.type === 'FOOTER') checkFooter(component)
    else if (component.type === 'BUTTONS') checkButton(component)
    else throw parameterError(`An authentication template has no component of type ${String(component.type)}.`)
  }
  if (!components.some(({ type }) => type === 'BODY')) throw parameterError('An authentication template needs a component of type BODY.')
  if (!components.some(({ type }) => type === 'BUTTONS')) throw parameterError('An authentication template needs one button of type OTP.')
}

function checkFooter(footer: JsonObject): void {
  const minutes = Number(footer.code_expiration_minutes)
  if (footer.text !== undefined) throw parameterError('The footer of an authentication template is code_expiration_minutes.')
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 90) throw parameterError('code_expiration_minutes must be 1 to 90.')
}

function checkButton(component: JsonObject): void {
  const [button, ...others] = readObjects(component, 'buttons')
  if (!button || others.length > 0 || String(button.type).toUpperCase() !== 'OTP')
    throw parameterError('An authentication template has one button of type OTP.')
  const kind = String(button.otp_type ?? '').toUpperCase()
  if (!['COPY_CODE', 'ONE_TAP', 'ZERO_TAP'].includes(kind)) throw parameterError('Param otp_type must be one of {COPY_CODE, ONE_TAP, ZERO_TAP}.')
  if (kind === 'COPY_CODE') return
  const apps = button.package_name ? [button] : readObjects(button, 'supported_apps')
  if (apps.length < 1 || apps.length > 5) throw parameterError('supported_apps has 1 to 5 apps.')
  for (const app of apps) {
    if (!/^[A-Za-z][\w.]*\.[\w.]+$/.test(String(app.package_name ?? ''))) throw parameterError('package_name is not valid.')
    if (String(app.signature_hash ?? '').length !== 11) throw parameterError('signature_hash has 11 characters.')
  }
  if (kind === 'ZERO_TAP' && button.zero_tap_terms_accepted !== true) throw parameterError('zero_tap_terms_accepted must be true.')
}

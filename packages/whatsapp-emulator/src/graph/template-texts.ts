import type { Json, JsonObject } from '../json.ts'

/** Meta's fixed text of authentication templates (Cloud API, authentication templates), in the languages most used here. */
const AUTH_TEXTS: Record<string, { body: string; advice: string; expires: (minutes: Json) => string; button: string }> = {
  pt: {
    body: 'Seu código de verificação é *{{1}}*.',
    advice: ' Para sua segurança, não o compartilhe.',
    expires: (minutes) => `Este código expira em ${String(minutes)} minutos.`,
    button: 'Copiar código',
  },
  en: {
    body: '*{{1}}* is your verification code.',
    advice: ' For your security, do not share this code.',
    expires: (minutes) => `This code expires in ${String(minutes)} minutes.`,
    button: 'Copy code',
  },
}

/** An authentication template as `GET` shows it: fixed body, footer with the minutes, the one-time password as a URL button. */
export function fixAuthenticationComponents(components: JsonObject[], language: string): JsonObject[] {
  const texts = AUTH_TEXTS[language.split('_')[0] ?? ''] ?? AUTH_TEXTS.en
  if (!texts) return components
  return components.map((component) => {
    if (component.type === 'BODY') {
      const advice = component.add_security_recommendation === true
      return { ...component, text: `${texts.body}${advice ? texts.advice : ''}`, example: { body_text: [['123456']] } }
    }
    if (component.type === 'FOOTER') return { ...component, text: texts.expires(component.code_expiration_minutes) }
    if (component.type !== 'BUTTONS' || !Array.isArray(component.buttons)) return component
    return { ...component, buttons: component.buttons.map((button) => showPasswordButton(button, texts.button)) }
  })
}

function showPasswordButton(button: Json, fallback: string): Json {
  if (typeof button !== 'object' || button === null || Array.isArray(button)) return button
  const kind = String(button.otp_type ?? 'COPY_CODE')
  return {
    type: 'URL',
    text: button.text ?? fallback,
    url: `https://www.whatsapp.com/otp/code/?otp_type=${kind}&code=otp{{1}}`,
    example: [`https://www.whatsapp.com/otp/code/?otp_type=${kind}&code=otp123456`],
  }
}

/** The variables of a text in order of appearance, without braces and spaces. */
export function listVariables(text: string): string[] {
  return [...text.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map((match) => match[1] ?? '')
}

/** Every different variable of a text. */
export function countVariables(text: string): number {
  return new Set(listVariables(text)).size
}

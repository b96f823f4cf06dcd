/**
 * What to do about an error of WhatsApp: `back_off` the same request later; `limited` once or twice more; `act` a person must do
 * something first; `never` the same request will not pass.
 */
export type ErrorKind = 'back_off' | 'limited' | 'act' | 'never'
/** `title` says to an attendant what happened, `action` what to do about it. */
export type ErrorEntry = { kind: ErrorKind; title: string; action: string; canRetry: boolean }

const entry =
  (kind: ErrorKind, canRetry: boolean) =>
  (title: string, action: string): ErrorEntry => ({ kind, title, action, canRetry })

export const backOff = entry('back_off', true)
export const limited = entry('limited', true)
export const act = entry('act', true)
export const never = entry('never', false)

/** The same entry under several codes. */
export const same = (codes: readonly number[], e: ErrorEntry): Record<number, ErrorEntry> => Object.fromEntries(codes.map((c) => [c, e]))
export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

export const TELL_ADMIN = 'Avise quem administra a conta.'
export const WAIT = 'Não precisa fazer nada: tentamos de novo sozinhos.'
export const TELL_SUPPORT = 'Tente de outro jeito; se continuar, avise o suporte com o código do erro.'

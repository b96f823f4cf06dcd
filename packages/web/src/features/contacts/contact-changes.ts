export type ContactValues = { name: string; phone: string; email: string; notes: string }

/** Only what was changed goes to the server, so that two people editing different fields do not undo each other. */
export function changesOf(before: ContactValues, after: ContactValues): Partial<Record<keyof ContactValues, string | null>> {
  const changed: Partial<Record<keyof ContactValues, string | null>> = {}
  if (after.name !== before.name) changed.name = after.name
  for (const field of ['phone', 'email', 'notes'] as const) {
    if (after[field] !== before[field]) changed[field] = after[field] === '' ? null : after[field]
  }
  return changed
}

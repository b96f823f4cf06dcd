/** How a time ended: a notice told so, or another had it by then, or a person joined two contacts. */
export type EndReason = 'number_changed' | 'id_changed' | 'taken_over' | 'merged'
/**
 * A time in which a contact had an identity, by the provider's clock: `since` is the earliest that is known of it (null: always),
 * `until` its end (null: has it now). Of one contact and one identity there is one.
 */
export type Tenure = { contactId: string; scope: string; since: Date | null; until: Date | null; reason: EndReason | null }

const start = (t: Tenure): number => t.since?.getTime() ?? Number.NEGATIVE_INFINITY
const end = (t: Tenure): number => t.until?.getTime() ?? Number.POSITIVE_INFINITY
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)
/** Whether its end was told, or only follows from the next one's beginning. */
export const isTold = (t: Tenure): boolean => t.until !== null && t.reason !== 'taken_over'

/** One after the other. Where a beginning was never written down, it is the end of the one before. */
export function inOrder(list: readonly Tenure[]): Tenure[] {
  const sorted = list.toSorted((a, b) => compare(start(a), start(b)) || compare(end(a), end(b)))
  return sorted.map((t, i) => (t.since === null && i > 0 ? { ...t, since: sorted[i - 1]?.until ?? null } : t))
}

/** Whose it was at a time; before the first that is known, it was the next one's. */
export function holderAt(list: readonly Tenure[], at: Date): Tenure | undefined {
  const all = inOrder(list)
  const time = at.getTime()
  return all.filter((t) => start(t) <= time && time < end(t)).at(-1) ?? all.find((t) => start(t) > time)
}

/** Every end that was not told is where the next one begins, at the latest; the last one has it still. */
function withEnds(list: readonly Tenure[]): Tenure[] {
  const all = inOrder(list)
  return all.map((t, i): Tenure => {
    const next = all[i + 1]?.since
    if (isTold(t) || !next) return t
    return { ...t, until: t.until && t.until < next ? t.until : next, reason: 'taken_over' }
  })
}

type Had = { contactId: string; scope: string; at: Date; exact?: boolean }
/** It was this contact's at that time. `exact`: a notice says that it is theirs from then on. */
export function had(list: readonly Tenure[], { contactId, scope, at, exact = false }: Had): Tenure[] {
  const others = list.filter((t) => t.contactId !== contactId)
  const mine = list.find((t) => t.contactId === contactId)
  const fresh: Tenure = { contactId, scope, since: at, until: null, reason: null }
  if (!mine) return withEnds([...others, fresh])
  const time = at.getTime()
  const kept = { ...mine, scope: mine.scope || scope }
  // Told from an earlier time of theirs, when another had it in between: the later time is the one that is kept.
  const between = others.some((t) => start(t) > Math.min(time, start(mine)) && start(t) <= Math.max(time, start(mine)))
  if (time < start(mine)) return withEnds([...others, between ? kept : { ...kept, since: at }])
  if (between || (isTold(mine) && end(mine) <= time)) return withEnds([...others, { ...fresh, scope: kept.scope }])
  return withEnds([...others, exact && mine.until === null ? { ...kept, since: at } : kept])
}

type Ended = { contactId: string; scope: string; at: Date; reason: EndReason }
/** It was this contact's until then. What they were first seen with later stays theirs; of two ends that were told the later counts. */
export function ended(list: readonly Tenure[], { contactId, scope, at, reason }: Ended): Tenure[] {
  const mine = list.find((t) => t.contactId === contactId)
  const others = list.filter((t) => t.contactId !== contactId)
  if (!mine) return withEnds([...others, { contactId, scope, since: new Date(at.getTime() - 1), until: at, reason }])
  if (mine.since && mine.since > at) return withEnds(list)
  if (isTold(mine) && mine.until && mine.until >= at) return withEnds(list)
  return withEnds([...others, { ...mine, until: at, reason }])
}

/** Two contacts became one: of what both had, from the first beginning, until an end that was told and was not followed by more. */
export function united(list: readonly Tenure[]): Tenure[] {
  const one = [...Map.groupBy(inOrder(list), (t) => t.contactId).values()].flatMap((ts) => {
    const [first, ...rest] = ts
    if (!first) return []
    return [rest.reduce(joined, first)]
  })
  return withEnds(one)
}
function joined(a: Tenure, b: Tenure): Tenure {
  if (isTold(a) && start(b) >= end(a)) return b
  const told = [a, b].filter(isTold).toSorted((x, y) => compare(end(y), end(x)))[0]
  return { ...a, until: told?.until ?? null, reason: told?.reason ?? null }
}

export type Strength = { level: 'empty' | 'short' | 'weak' | 'good' | 'strong' /** Characters still missing. */; missing: number /** 0 to 1. */; share: number }

const MINIMUM = 10

/** Length protects; repetition, runs and the person's own words take it away again. */
export function passwordStrength(password: string, ownWords: readonly string[] = []): Strength {
  const length = Array.from(password).length
  if (length === 0) return { level: 'empty', missing: MINIMUM, share: 0 }
  if (length < MINIMUM) return { level: 'short', missing: MINIMUM - length, share: (length / MINIMUM) * 0.4 }
  if (new Set(password).size < 5 || isRun(password) || holdsOwnWord(password, ownWords)) return { level: 'weak', missing: 0, share: 0.4 }
  return length >= 15 ? { level: 'strong', missing: 0, share: 1 } : { level: 'good', missing: 0, share: 0.72 }
}

const RUNS = ['01234567890123456789', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklçzxcvbnm']

/** Most of it is one row of the keyboard, the alphabet or counting. */
function isRun(password: string): boolean {
  const text = password.toLowerCase()
  return RUNS.some((run) => run.includes(text.slice(0, 8)) || run.includes(text.slice(-8)))
}

function holdsOwnWord(password: string, ownWords: readonly string[]): boolean {
  const text = password.toLowerCase()
  const words = ownWords.flatMap((one) => one.toLowerCase().split(/[\s@.]+/)).filter((word) => word.length >= 4)
  return words.some((word) => text.includes(word) && text.length - word.length < 8)
}

import path from 'node:path'
import { z } from 'zod'
import { REPOSITORY } from '../../platform/config.ts'

type Told = {
  type: string
  message: string
  stack?: string | undefined
  code?: string | undefined
  constraint?: string | undefined
  table?: string | undefined
  cause?: Told | undefined
}
const Told: z.ZodType<Told> = z.lazy(() =>
  z.object({
    type: z.string(),
    message: z.string(),
    stack: z.string().optional(),
    code: z.string().optional(),
    constraint: z.string().optional(),
    table: z.string().optional(),
    cause: Told.optional(),
  }),
)
const Line = z.looseObject({ level: z.number(), time: z.number(), msg: z.string().optional(), err: Told.optional() })

/** Words of ours that help to find the place. Ids of people, conversations and messages stay here. */
const KEPT = ['route', 'status', 'ms', 'reqId', 'job', 'attempt', 'lastAttempt', 'check', 'origin', 'collector'] as const
const FATAL = 60

export type Frame = { function: string; filename: string; lineno: number; colno: number; in_app: boolean }
export type ReportedLine = {
  key: string
  level: 'error' | 'fatal'
  seconds: number
  message: string
  errors: { type: string; value: string; frames: Frame[] }[]
  tags: Record<string, string>
}

/** The newest call last, as Sentry wants it; paths below our own folder, so that they do not name the machine's. */
export const framesOf = (stack: string | undefined): Frame[] =>
  (stack ?? '')
    .split('\n')
    .flatMap((line): Frame[] => {
      const m = /^\s+at (?:(.*?) \()?(?:file:\/\/)?([^()]+?):(\d+):(\d+)\)?$/.exec(line)
      if (!m) return []
      const [, name = '?', file = '', lineno, colno] = m
      const inside = path.relative(REPOSITORY, file)
      const filename = file.startsWith('node:') ? file : inside.startsWith('..') ? path.basename(file) : inside
      return [{ function: name, filename, lineno: Number(lineno), colno: Number(colno), in_app: filename.startsWith('packages/') }]
    })
    .reverse()

const withCauses = (told: Told): Told[] => [told, ...(told.cause ? withCauses(told.cause) : [])]
const wordsOf = ({ message, code, constraint, table }: Told): string =>
  [message, ...[code, constraint, table].filter((v) => v !== undefined && !message.includes(v))].join(' · ')

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A line of the log as it is told to others; undefined for what is none. */
export function readLine(text: string): ReportedLine | undefined {
  const { success, data } = Line.safeParse(parse(text))
  if (!success) return undefined
  // The cause first, as Sentry wants it.
  const errors = data.err ? withCauses(data.err).reverse() : []
  const message = data.msg ?? 'error'
  const tags = KEPT.flatMap((key) => {
    const value = data[key]
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[key, String(value)]] : []
  })
  return {
    key: JSON.stringify([message, data.route, errors.map((e) => [e.type, e.message])]),
    level: data.level >= FATAL ? 'fatal' : 'error',
    seconds: data.time / 1000,
    message,
    errors: errors.map((e) => ({ type: e.type, value: wordsOf(e), frames: framesOf(e.stack) })),
    tags: Object.fromEntries(tags),
  }
}

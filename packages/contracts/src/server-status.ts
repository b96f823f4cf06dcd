import { z } from 'zod'
import { Id, Time } from './common.ts'
import { Health } from './health.ts'

const Words = z.object({ title: z.string(), todo: z.string() })
const AlertChannel = z.enum(['email', 'slack', 'whatsapp'])

const ServerAlert = z
  .object({
    id: Id,
    code: z.string(),
    severity: z.enum(['critical', 'warning']),
    words: z.object({ 'pt-BR': Words, en: Words }),
    /** Page of deploy/runbooks; `runbookFile` says its name in a language. */
    runbook: z.string(),
    firingAt: Time,
    /** Null while it lasts. */
    resolvedAt: Time.nullable(),
    toldTo: z.array(AlertChannel),
  })
  .meta({ id: 'ServerAlert' })
export type ServerAlert = z.infer<typeof ServerAlert>

const AlertChannelState = z
  .object({
    channel: AlertChannel,
    on: z.boolean(),
    okAt: Time.nullable(),
    triedAt: Time.nullable(),
    /** Code of what is wrong with it; null when nothing is. */
    error: z.string().nullable(),
  })
  .meta({ id: 'AlertChannelState' })
export type AlertChannelState = z.infer<typeof AlertChannelState>

const ServerRun = z
  .object({
    id: Id,
    kind: z.enum(['backup', 'restore', 'restore-test', 'update', 'doctor']),
    host: z.string(),
    startedAt: Time,
    endedAt: Time.nullable(),
    outcome: z.enum(['running', 'ok', 'failed', 'lost']),
    /** Figures, names and codes. */
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()])),
  })
  .meta({ id: 'ServerRun' })
export type ServerRun = z.infer<typeof ServerRun>

const ServerProcess = z
  .object({
    id: Id,
    role: z.enum(['all', 'web', 'worker']),
    host: z.string(),
    port: z.int(),
    version: z.string(),
    startedAt: Time,
    beatAt: Time,
    /** It fell silent without saying goodbye. */
    lost: z.boolean(),
    /** The one that answers this. */
    thisOne: z.boolean(),
    rssMib: z.int(),
    memoryPercent: z.number(),
  })
  .meta({ id: 'ServerProcess' })
export type ServerProcess = z.infer<typeof ServerProcess>

const FailedJob = z.object({ id: Id, queue: z.string(), at: Time, attempts: z.int(), code: z.string() }).meta({ id: 'FailedJob' })
export type FailedJob = z.infer<typeof FailedJob>
const JobQueue = z.object({ name: z.string(), queued: z.int(), active: z.int(), failed: z.int() }).meta({ id: 'JobQueue' })

const ServerDisk = z
  .object({
    host: z.string(),
    /** `data`, `logs`. */
    mount: z.string(),
    usedMib: z.number(),
    freeMib: z.number(),
    freePercent: z.number(),
    /** At the pace of the last two weeks; null when it does not grow, or when too little is known. */
    fullInDays: z.int().nullable(),
    mibPerDay: z.number(),
    measuredDays: z.int(),
  })
  .meta({ id: 'ServerDisk' })
export type ServerDisk = z.infer<typeof ServerDisk>

const Certificate = z
  .object({
    from: z.enum(['file', 'address']),
    days: z.int().nullable(),
    notAfter: Time.nullable(),
    /** Why it could not be looked at. */
    error: z.string().nullable(),
  })
  .meta({ id: 'Certificate' })

/** The page of deploy/runbooks in the language of whoever reads it. */
export const runbookFile = (name: string, locale: 'pt-BR' | 'en'): string => `${name}${locale === 'en' ? '' : '.pt-BR'}.md`

/** How the server is, for whoever runs it. A part that could not be read is null. */
export const ServerStatus = z
  .object({
    at: Time,
    version: z.string(),
    host: z.string(),
    health: Health,
    processes: z.array(ServerProcess).nullable(),
    jobs: z.object({ queues: z.array(JobQueue), failed: z.array(FailedJob) }).nullable(),
    backups: z
      .object({
        runs: z.array(ServerRun),
        lastGood: ServerRun.nullable(),
        /** When the next one is due; null when nobody waits for one. */
        nextBy: Time.nullable(),
        restoreTests: z.array(ServerRun),
      })
      .nullable(),
    updates: z.array(ServerRun).nullable(),
    /** The newest looks of the doctor that were put on record; their details: fail, warn, ids. */
    doctor: z.array(ServerRun).nullable(),
    /** Null as well when people come by http. */
    certificate: Certificate.nullable(),
    disks: z.array(ServerDisk).nullable(),
    alerts: z.object({ list: z.array(ServerAlert), channels: z.array(AlertChannelState) }).nullable(),
    /** Where the pages of deploy/runbooks can be read; null where no address is known. */
    runbooks: z.url().nullable(),
  })
  .meta({ id: 'ServerStatus' })
export type ServerStatus = z.infer<typeof ServerStatus>

export const ReplayJobsInput = z.object({ ids: z.array(Id).min(1).max(100) }).meta({ id: 'ReplayJobsInput' })
export const JobsReplayed = z.object({ replayed: z.int() }).meta({ id: 'JobsReplayed' })
export const AlertTest = z
  .object({ results: z.array(z.object({ channel: AlertChannel, outcome: z.enum(['sent', 'failed', 'off']), error: z.string().nullable() })) })
  .meta({ id: 'AlertTest' })
export type AlertTest = z.infer<typeof AlertTest>

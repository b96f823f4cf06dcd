/** What was measured, per piece. CPU in milliseconds of one core of the machine that measured. */
export type Unit = {
  idleMsPerSecond: number
  webMb: number
  workerMb: number
  databaseMb: number
  mbPerScreen: number
  inMs: number
  /** The same when ten times as many come at once. */
  inCrowdMs: number
  outMs: number
  openMs: number
  countsMs: number
  fileMs: number
  /** For each further screen that is told of a customer's text, and of an answer with its statuses. */
  screenInMs: number
  screenOutMs: number
  inKb: number
  outKb: number
  fileKbDatabase: number
  fileKbDisk: number
  rawKb: number
}

/** How people work; change it to what you see at yours. */
export const HABITS = {
  /** Of what customers write, pictures, voice notes and documents. */
  files: 0.1,
  /** Of all messages, those that customers write. */
  inbound: 0.5,
  /** Messages until somebody opens the conversation again. */
  messagesPerOpening: 5,
  /** Attendants of one company who have it open at the same time. */
  screensPerTenant: 5,
  /** Messages that one attendant reads and writes on a day. */
  messagesPerAttendant: 400,
  /** Of a day's messages in its busiest hour. */
  busiestHour: 0.15,
  /** Of the CPU that the busiest hour may take, so that a peak within it, a backup and an update find room. */
  cpuShare: 0.5,
  /** Of the memory that may be taken; the rest caches the database's files. */
  memoryShare: 0.75,
  /** Operating system, nginx and Redis. Not measured here. */
  othersMb: 400,
}

export type Machine = { memoryGb: number; cores: number; diskGb: number }
export const MACHINES: readonly Machine[] = [
  { memoryGb: 2, cores: 2, diskGb: 40 },
  { memoryGb: 4, cores: 2, diskGb: 80 },
  { memoryGb: 8, cores: 4, diskGb: 160 },
]

const perMessage = (inward: number, outward: number, file: number) =>
  HABITS.inbound * inward + (1 - HABITS.inbound) * outward + HABITS.inbound * HABITS.files * file

/** CPU of one message with everything that follows from it: screens that show it, openings, files. */
export const messageMs = (u: Unit): number =>
  perMessage(u.inMs, u.outMs, u.fileMs) + (HABITS.screensPerTenant - 1) * perMessage(u.screenInMs, u.screenOutMs, 0) + u.openMs / HABITS.messagesPerOpening

/** Growth per 1,000 messages, in MB: what stays, files on the disk, and raw deliveries, which go after 30 days. */
export function growth(u: Unit): { databaseMb: number; filesMb: number; rawMb: number } {
  const databaseMb = perMessage(u.inKb, u.outKb, u.fileKbDatabase)
  return { databaseMb, filesMb: HABITS.inbound * HABITS.files * u.fileKbDisk, rawMb: u.rawKb }
}

export type Fits = {
  attendants: number
  tenants: number
  messagesPerDay: number
  memoryMb: number
  /** Of all cores, in the busiest hour. */
  cpuShare: number
  bound: 'CPU' | 'memory' | 'disk'
}

const tidy = (n: number) => {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, n))) - 1)
  return Math.floor(n / step) * step
}

/**
 * What such a machine carries: calculated, not tried.
 * @param days the disk must last for; without them it does not count, as with a larger one
 */
export function sizeServer(u: Unit, m: Machine, days = 0): Fits {
  // Milliseconds a second that one attendant takes in the busiest hour, with the screen that asks for its counts once a minute.
  const each = ((HABITS.messagesPerAttendant * HABITS.busiestHour) / 3600) * messageMs(u) + u.countsMs / 60
  const fixed = u.webMb + u.workerMb + u.databaseMb + HABITS.othersMb
  const g = growth(u)
  // A third stays free for backups on the way, logs and the system; raw deliveries of 30 days lie there always.
  const kept = ((g.databaseMb + g.filesMb) * days + g.rawMb * 30) / 1000
  const limits = {
    CPU: (m.cores * 1000 * HABITS.cpuShare - u.idleMsPerSecond) / each,
    memory: (m.memoryGb * 1024 * HABITS.memoryShare - fixed) / u.mbPerScreen,
    disk: days > 0 ? (m.diskGb * 1024 * (2 / 3)) / kept / HABITS.messagesPerAttendant : Number.POSITIVE_INFINITY,
  }
  const bound = (['CPU', 'memory', 'disk'] as const).reduce((least, one) => (limits[one] < limits[least] ? one : least))
  const attendants = tidy(Math.max(0, limits[bound]))
  return {
    attendants,
    tenants: Math.floor(attendants / HABITS.screensPerTenant),
    messagesPerDay: attendants * HABITS.messagesPerAttendant,
    memoryMb: Math.round(fixed + attendants * u.mbPerScreen),
    cpuShare: (attendants * each + u.idleMsPerSecond) / (m.cores * 1000),
    bound,
  }
}

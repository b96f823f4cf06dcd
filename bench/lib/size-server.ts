/** What was measured, per piece. CPU in milliseconds of one core of the machine that measured. */
export type Unit = {
  idleMsPerSecond: number
  serverIdleMb: number
  serverBusyMb: number
  databaseMb: number
  mbPerScreen: number
  inMs: number
  outMs: number
  openMs: number
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
  messagesPerDay: number
  attendants: number
  tenants: number
  memoryMb: number
  diskMbPerDay: number
  daysOfDisk: number
  bound: 'CPU' | 'memory'
}

const tidy = (n: number) => {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, n))) - 1)
  return Math.floor(n / step) * step
}

/** What such a machine carries: calculated, not tried. */
export function sizeServer(u: Unit, m: Machine): Fits {
  const byCpu = ((m.cores * 1000 * HABITS.cpuShare - u.idleMsPerSecond) * 3600) / messageMs(u) / HABITS.busiestHour
  // Web and worker are two processes.
  const fixed = 2 * u.serverBusyMb + u.databaseMb + HABITS.othersMb
  const byMemory = (m.memoryGb * 1024 * HABITS.memoryShare - fixed) / u.mbPerScreen
  const attendants = Math.max(0, Math.min(byMemory, byCpu / HABITS.messagesPerAttendant))
  const messagesPerDay = tidy(attendants * HABITS.messagesPerAttendant)
  const g = growth(u)
  const diskMbPerDay = (messagesPerDay / 1000) * (g.databaseMb + g.filesMb)
  // A third stays free for backups on the way, logs and the system; raw deliveries of 30 days lie there always.
  const room = m.diskGb * 1024 * (2 / 3) - (messagesPerDay / 1000) * g.rawMb * 30
  return {
    messagesPerDay,
    attendants: tidy(attendants),
    tenants: tidy(attendants / HABITS.screensPerTenant),
    memoryMb: Math.round(fixed + attendants * u.mbPerScreen),
    diskMbPerDay: Math.round(diskMbPerDay),
    daysOfDisk: Math.max(0, Math.round(room / Math.max(1, diskMbPerDay))),
    bound: byMemory < byCpu / HABITS.messagesPerAttendant ? 'memory' : 'CPU',
  }
}

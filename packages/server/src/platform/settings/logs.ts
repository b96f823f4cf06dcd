import { z } from 'zod'

const days = z.coerce.number().int().min(1).max(3650)

/** Logs as files, beside those on standard output. */
export const LOG_SETTINGS = {
  LOG_DIR: z.string().optional(),
  /** Tells apart the files of several processes; `<role>-<port>` unless told. */
  LOG_NAME: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'may have small letters, digits and -')
    .optional(),
  /** A file is put away when it has so many megabytes, and each day. */
  LOG_FILE_MB: z.coerce.number().min(0.001).max(10_000).default(20),
  LOG_KEEP_ERROR_DAYS: days.default(30),
  LOG_KEEP_WARN_DAYS: days.default(90),
  LOG_KEEP_INFO_DAYS: days.default(14),
  LOG_KEEP_HTTP_DAYS: days.default(7),
  /** What was put away of one kind takes no more than this, whatever its age: the disk is for messages. */
  LOG_KEEP_MB: z.coerce.number().min(0.001).max(1_000_000).default(500),
}

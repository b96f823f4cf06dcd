import type { Family } from './check.ts'
import { auditChecks } from './checks/audit-checks.ts'
import { backupChecks } from './checks/backup-checks.ts'
import { configChecks } from './checks/config-checks.ts'
import { databaseCare } from './checks/database-care.ts'
import { databaseChecks } from './checks/database-checks.ts'
import { hostChecks } from './checks/host-checks.ts'
import { machineChecks } from './checks/machine-checks.ts'
import { networkChecks } from './checks/network-checks.ts'
import { redisChecks } from './checks/redis-checks.ts'
import { secretChecks } from './checks/secret-checks.ts'
import { serviceChecks } from './checks/service-checks.ts'
import { workChecks } from './checks/work-checks.ts'

/** Everything that the doctor looks at, in the order in which it is told. */
export const FAMILIES: readonly Family[] = [
  serviceChecks,
  configChecks,
  secretChecks,
  databaseChecks,
  databaseCare,
  redisChecks,
  workChecks,
  backupChecks,
  auditChecks,
  networkChecks,
  hostChecks,
  machineChecks,
]

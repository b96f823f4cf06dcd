import { database } from './database.ts'
import { jobs } from './jobs.ts'
import { machine } from './machine.ts'
import { messages } from './messages.ts'
import type { Dashboard } from './model.ts'
import { overview } from './overview.ts'
import { tenants } from './tenants.ts'

export const DASHBOARDS: readonly Dashboard[] = [overview, messages, jobs, database, tenants, machine]

/** `node scripts/make-dashboards.ts`: writes Grafana's dashboards from scripts/dashboards. Run it after a change there. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { DASHBOARDS } from './dashboards/all.ts'
import { writeDashboard } from './dashboards/write-dashboard.ts'

const FOLDER = path.resolve(import.meta.dirname, '../deploy/grafana/dashboards')
for (const dashboard of DASHBOARDS) writeFileSync(path.join(FOLDER, `${dashboard.uid}.json`), writeDashboard(dashboard))
console.log(`${DASHBOARDS.length} dashboards in ${FOLDER}`)

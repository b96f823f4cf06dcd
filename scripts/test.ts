/**
 * `npm test`: everything that a green build means, in order. `npm test -- --only unit|abuse|e2e|static` runs a part.
 * As root on Debian or Ubuntu it installs what the tests need from the system; otherwise it names it.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { BROWSER_TOOLS, requireTools, UNIT_TOOLS } from './test-tools.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const BIN = path.join(ROOT, 'node_modules/.bin')
const { values } = parseArgs({ options: { only: { type: 'string' } } })
const wants = (part: string) => !values.only || values.only === part
const began = performance.now()
/** Reports of the parts; and what Node compiled, since the tests start some hundred processes of the same files. */
const reports = mkdtempSync(path.join(tmpdir(), 'atende-reports-'))

function run(title: string, command: string, args: string[]): Promise<void> {
  console.log(`\n— ${title}`)
  const start = performance.now()
  return new Promise((done, failed) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { NODE_COMPILE_CACHE: path.join(reports, 'compiled'), ...process.env, PATH: `${BIN}${path.delimiter}${process.env.PATH}` },
    })
    child.once('error', failed)
    child.once('close', (code) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      if (code === 0) {
        console.log(`  ${title}: ok (${seconds} s)`)
        done()
      } else failed(new Error(`${title} failed (exit ${code})`))
    })
  })
}

type Report = { numPassedTests: number; numFailedTests: number; numPendingTests: number }
const counts = { passed: 0, failed: 0, skipped: 0 }

async function vitest(title: string, config: string): Promise<void> {
  const file = path.join(reports, `${path.basename(config)}.json`)
  try {
    await run(title, path.join(BIN, 'vitest'), ['run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`])
  } finally {
    if (existsSync(file)) {
      const report: Report = JSON.parse(readFileSync(file, 'utf8'))
      counts.passed += report.numPassedTests
      counts.failed += report.numFailedTests
      counts.skipped += report.numPendingTests
    }
  }
}

async function main(): Promise<void> {
  if (wants('static')) {
    await run('format, lint, borders', path.join(BIN, 'biome'), ['check', '--error-on-warnings', '.'])
    for (const project of ['packages/contracts', 'packages/server', 'packages/web', 'packages/whatsapp-emulator', '.']) {
      await run(`types of ${project}`, path.join(BIN, 'tsc'), ['-p', project])
    }
    await run('unused code', path.join(BIN, 'knip'), [])
    await run('migrations that the running version survives', process.execPath, [
      '--disable-warning=ExperimentalWarning',
      path.join(ROOT, 'scripts/check-migrations.ts'),
    ])
    await run('licences of what is shipped', process.execPath, [
      '--disable-warning=ExperimentalWarning',
      path.join(ROOT, 'scripts/sbom.ts'),
      path.join(reports, 'sbom.json'),
    ])
  }
  // The proxy's tests look at the built client, too.
  if (wants('unit') || wants('e2e')) await run('build of the web client', path.join(BIN, 'vite'), ['build', 'packages/web', '--logLevel', 'warn'])
  if (wants('unit')) {
    requireTools(UNIT_TOOLS)
    await vitest('unit, HTTP and socket tests', 'vitest.config.ts')
  }
  if (wants('abuse')) await vitest('a hostile afternoon, short (ABUSE_ROUNDS=20 for a long one)', 'vitest.abuse.config.ts')
  if (wants('e2e')) {
    requireTools(BROWSER_TOOLS)
    await vitest('browser stories', 'vitest.e2e.config.ts')
  }
}

const failure = await main().then(
  () => undefined,
  (e: unknown) => (e instanceof Error ? e.message : String(e)),
)
rmSync(reports, { recursive: true, force: true })
console.log(`\n${failure ? `✗ ${failure}` : '✓ all green'} in ${((performance.now() - began) / 60_000).toFixed(1)} min`)
if (failure && counts.failed === 0) counts.failed = 1
console.log(`${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`)
process.exit(failure ? 1 : 0)

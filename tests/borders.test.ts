import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')
const BIOME = path.join(ROOT, 'node_modules/.bin/biome')
/** A house with the same rules and no other file: what others read meanwhile stays as it is. */
const HOUSE = mkdtempSync(path.join(tmpdir(), 'atende-borders-'))
for (const file of ['biome.json', '.gitignore']) copyFileSync(path.join(ROOT, file), path.join(HOUSE, file))
afterAll(() => rmSync(HOUSE, { recursive: true, force: true }))

/** Plants files where the rule holds, and asks the linter. */
const lint = (...files: [file: string, source: string][]) => {
  for (const [file, source] of files) {
    mkdirSync(path.dirname(path.join(HOUSE, file)), { recursive: true })
    writeFileSync(path.join(HOUSE, file), source)
  }
  const r = spawnSync(BIOME, ['lint', '--colors=off', ...files.map(([file]) => file)], { cwd: HOUSE, encoding: 'utf8' })
  return { said: r.stdout + r.stderr, failed: r.status !== 0 }
}

/** Each rule of the architecture with a file that breaks it: a rule that stopped working would be worse than none. */
const VIOLATIONS: [rule: string, file: string, source: string, says: string][] = [
  [
    'the ladder',
    'packages/server/src/features/contacts/planted.ts',
    "import { sendMessage } from '../inbox/send-message.ts'\nexport const x = sendMessage\n",
    'noRestrictedImports',
  ],
  [
    'the ladder, from a side room',
    'packages/server/src/features/media/planted.ts',
    "import { x } from '../channels/whatsapp-cloud/graph.ts'\nexport const y = x\n",
    'noRestrictedImports',
  ],
  [
    "another feature's SQL",
    'packages/server/src/features/inbox/planted.ts',
    "import * as db from '../tags/tags.db.ts'\nexport const x = db\n",
    'noRestrictedImports',
  ],
  [
    'platform knows no product',
    'packages/server/src/platform/planted.ts',
    "import { listTags } from '../features/tags/tags.ts'\nexport const x = listTags\n",
    'noRestrictedImports',
  ],
  [
    'rooms know nothing of operations',
    'packages/server/src/features/health/planted.ts',
    "import { takeBackup } from '../../operations/backup/backup.ts'\nexport const x = takeBackup\n",
    'noRestrictedImports',
  ],
  [
    'operations leave the SQL of rooms alone',
    'packages/server/src/operations/planted.ts',
    "import * as db from '../features/tags/tags.db.ts'\nexport const x = db\n",
    'noRestrictedImports',
  ],
  [
    'web meets server only in contracts',
    'packages/web/src/planted.ts',
    "import { x } from '@atende/server/src/main.ts'\nexport const y = x\n",
    'noRestrictedImports',
  ],
  ['ui knows no router', 'packages/web/src/ui/planted.ts', "import { Link } from '@tanstack/react-router'\nexport const y = Link\n", 'noRestrictedImports'],
  [
    'contracts are zod only',
    'packages/contracts/src/planted.ts',
    "import { readFileSync } from 'node:fs'\nexport const y = readFileSync\n",
    'noRestrictedImports',
  ],
  [
    'the emulator stands alone',
    'packages/whatsapp-emulator/src/planted.ts',
    "import { Id } from '@atende/contracts/common'\nexport const y = Id\n",
    'noRestrictedImports',
  ],
  ['no any', 'packages/server/src/platform/planted.ts', 'export const x = (y: any) => y\n', 'noExplicitAny'],
  ['no default export', 'packages/server/src/platform/planted.ts', 'export default 1\n', 'noDefaultExport'],
  ['environment in one place', 'packages/server/src/platform/planted.ts', 'export const x = process.env.HOME\n', 'noProcessEnv'],
  ['one way out for requests', 'packages/server/src/features/tags/planted.ts', "export const x = () => fetch('http://example.com')\n", 'ctx.outgoing.fetch'],
  ['no barrel', 'packages/server/src/platform/planted.ts', "export * from './ids.ts'\nexport * from './log.ts'\n", 'noBarrelFile'],
  [
    'files up to 300 lines',
    'packages/server/src/platform/planted.ts',
    Array.from({ length: 320 }, (_, i) => `export const x${i} = ${i}`).join('\n'),
    'noExcessiveLinesPerFile',
  ],
]

describe('borders of the code', () => {
  it.each(VIOLATIONS)('a planted violation fails: %s', (_rule, file, source, says) => {
    const result = lint([file, source])
    expect(result.said).toContain(says)
    expect(result.failed).toBe(true)
  })

  it('requests leave the server in one place, and in those that call an address of the operator only', () => {
    // A bucket and its endpoint are settings of the operator, often inside; our own address is read from our own data folder.
    const own = ['platform/outgoing/one-request.ts', 'platform/storage-s3.ts', 'platform/running-file.ts']
    const source = path.join(ROOT, 'packages/server/src')
    const leaving = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((f) => f.endsWith('.ts') && !/\.test\.ts$|^testing\//.test(f))
      .filter((f) =>
        /(?<![.\w])fetch\(|globalThis\.fetch|^import (?!type ).* from '(node:)?(https?|http2|undici|axios|got)'/m.test(
          readFileSync(path.join(source, f), 'utf8'),
        ),
      )
    expect(leaving.sort()).toEqual(own.sort())
  })

  it('a harmless file passes', () => {
    const source = "import { uuidv7 } from '../../platform/ids.ts'\n\nexport const x = uuidv7\n"
    expect(lint(['packages/server/src/features/contacts/planted.ts', source])).toMatchObject({ failed: false })
  })

  it('a planted import cycle fails', () => {
    const result = lint(
      ['packages/server/src/features/tags/a.ts', "import { b } from './b.ts'\n\nexport const a = (): number => b()\n"],
      ['packages/server/src/features/tags/b.ts', "import { a } from './a.ts'\n\nexport const b = (): number => a()\n"],
    )
    expect(result.said).toContain('noImportCycles')
    expect(result.failed).toBe(true)
  })
})

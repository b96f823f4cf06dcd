import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createProgram } from '../../packages/server/src/cli/run-cli.ts'
import { FAMILIES } from '../../packages/server/src/operations/doctor/checks.ts'
import { PAGES } from './runbook-pages.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const NAMES = [
  'start',
  'database',
  'redis',
  'webhook',
  'messages-stuck',
  'certificate',
  'disk',
  'memory',
  'restore',
  'lost-master-key',
  'token-revoked',
  'personal-data-incident',
  'move-server',
]
const pair = (name: string) => ['en', 'pt-BR'].map((language) => PAGES.find((p) => p.name === name && p.language === language))
const LINES = PAGES.filter((p) => p.language === 'en').flatMap((p) =>
  p.blocks.flatMap((b) => b.lines.map((line) => ({ name: p.name, line: line.replace(/ &&$/, '') }))),
)
const filesBelow = (folder: string, ending: RegExp): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((f) => ending.test(f))
        .map((f) => path.join(folder, f))
    : []

describe('each runbook', () => {
  it('is there in both languages, and no other', () => {
    expect([...new Set(PAGES.map((p) => p.name))].sort()).toEqual([...NAMES].sort())
    for (const name of NAMES) expect(pair(name).every(Boolean), name).toBe(true)
  })

  it.each(NAMES)('%s says the same in both: sections, commands, alerts', (name) => {
    const [en, pt] = pair(name)
    const shape = (text = '') => text.split('\n').flatMap((l) => /^#+ /.exec(l)?.[0] ?? [])
    const named = (text = '') => [...new Set([...text.matchAll(/`(Atende[A-Z]\w+|[a-z]+\.[a-z_]+|[a-z]+_[a-z]+)`/g)].map((m) => m[1]))].sort()
    // Findings are quoted in the language of the page.
    const blocks = (page: (typeof PAGES)[number] | undefined) => page?.blocks.map((b) => ({ ...b, lines: b.lines.map((l) => l.replace(/ --lang \S+/, '')) }))
    expect(blocks(pt)).toEqual(blocks(en))
    expect(pt?.blocks.flatMap((b) => b.lines).filter((l) => /atende doctor(?! --lang pt-BR)/.test(l))).toEqual([])
    expect(shape(pt?.text)).toEqual(shape(en?.text))
    expect(named(pt?.text)).toEqual(named(en?.text))
    expect(en?.text.split('\n').filter((l) => l.startsWith('## ')).length).toBe(5)
  })

  it('links lead to pages of its own language', () => {
    for (const { name, language, text } of PAGES) {
      for (const [, to = ''] of text.matchAll(/\]\(([^)]+\.md)\)/g)) {
        expect(existsSync(path.join(ROOT, 'deploy/runbooks', to)), `${name}: ${to}`).toBe(true)
        expect(to.endsWith('.pt-BR.md'), `${name} (${language}): ${to}`).toBe(language === 'pt-BR')
      }
    }
  })
})

/** Words of a shell line, without what only tells where it runs. */
const wordsOf = (line: string): string[] => (line.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((w) => w.replace(/^["']|["']$/g, ''))

function commandOf(line: string): string[] | undefined {
  const inner = /\$\(sudo (atende [^)]*)\)/.exec(line)?.[1]
  const words = wordsOf(inner ?? line)
  const start = words.indexOf('atende')
  if (start >= 0 && (words[start - 1] === undefined || words[start - 1] === 'sudo' || words.includes('exec'))) return words.slice(start + 1)
  // The service `restore` is that command by itself.
  const restore = words.indexOf('restore')
  return words[0] === 'docker' && words.includes('run') && restore > 0 ? words.slice(restore) : undefined
}

/** What is wrong with it, or nothing. */
function judge(words: readonly string[]): string | undefined {
  let at = createProgram()
  let i = 0
  for (; i < words.length && !words[i]?.startsWith('-'); i++) {
    const next = at.commands.find((c) => c.name() === words[i])
    if (!next) break
    at = next
  }
  if (!at.parent) return `no command ${words[0]}`
  const known = at.options.flatMap((o) => [o.long, o.short])
  const unknown = words.slice(i).filter((w) => w.startsWith('--') && !known.includes(w) && w !== '--json')
  return unknown.length > 0 ? `${at.name()} has no ${unknown.join(', ')}` : undefined
}

describe('what is to be typed exists', () => {
  it('commands of atende and their options', () => {
    const wrong = LINES.flatMap(({ name, line }) => {
      const words = commandOf(line)
      const fault = words && judge(words)
      return fault ? [`${name}: ${line}: ${fault}`] : []
    })
    expect(wrong).toEqual([])
    expect(LINES.filter(({ line }) => commandOf(line)).length).toBeGreaterThan(50)
  })

  it('the ids that the doctor is asked for', () => {
    const ids = FAMILIES.flatMap((f) => Object.keys(f.texts))
    const asked = PAGES.flatMap((p) => [...p.text.matchAll(/--only ([\w.,]+)/g)].flatMap((m) => (m[1] ?? '').split(',')))
    expect(asked.filter((a) => !ids.some((id) => id === a || id.startsWith(`${a}.`)))).toEqual([])
  })

  it('where a restore must find everything stopped, what is to stop is named: nobody waits for the parts of a target', () => {
    for (const { name, blocks } of PAGES) {
      for (const { lines } of blocks) {
        const at = lines.findIndex((l) => /^sudo atende restore /.test(l) && !l.includes('--dry-run'))
        if (at < 0) continue
        const stopped = lines.slice(0, at).filter((l) => l.startsWith('sudo systemctl stop '))
        expect(stopped.join('\n'), name).toMatch(/'atende-web@\*' 'atende-worker@\*' atende-backup atende-postgres/)
        // Nor does a paste of it go on after a restore that failed.
        expect(
          lines.slice(at, -1).every((l) => l.endsWith(' &&')),
          name,
        ).toBe(true)
      }
    }
  })

  it('units of systemd, and of no colour that may not be in charge', () => {
    const units = new Set(LINES.flatMap(({ line }) => (/systemctl (restart|start|stop|reload|status) (.*)/.exec(line)?.[2] ?? '').split(' ').filter(Boolean)))
    const known = [
      /^'atende-((web|worker)@|backup)?\*'$/,
      /^atende-(backup|postgres)$/,
      /^atende\.target$/,
      /^atende-doctor\.timer$/,
      /^redis-server$/,
      /^nginx$/,
    ]
    expect([...units].filter((u) => !known.some((k) => k.test(u)))).toEqual([])
    const installed = readdirSync(path.join(ROOT, 'deploy/systemd')).filter((f) =>
      /^\[Install\]$/m.test(readFileSync(path.join(ROOT, 'deploy/systemd', f), 'utf8')),
    )
    const all = installed
      .flatMap((f) => (f.includes('@') ? ['blue', 'green'].map((c) => f.replace('@', `@${c}`)) : [f]))
      .map((f) => f.replace(/\.service$/, ''))
    const disabled = LINES.flatMap(({ line }) => /systemctl disable --now (.*)/.exec(line)?.[1]?.split(' ') ?? [])
    expect(disabled.sort()).toEqual(all.sort())
  })

  it('containers of the colour in charge, or of both', () => {
    for (const { name, blocks } of PAGES) {
      for (const { lines } of blocks) {
        const text = lines.join('\n')
        if (text.includes('$colour')) expect(text.indexOf('colour=$(sed'), name).toBeLessThan(text.indexOf('$colour'))
        if (text.includes('$colour')) expect(text, name).toContain('colour=$(sed')
        for (const line of lines.filter((l) => /(web|worker)-(blue|green)/.test(l))) expect(line, name).toMatch(/-blue .*-green/)
      }
    }
  })

  it('nobody asks the doctor once about what has just been started', () => {
    const hasty = PAGES.flatMap(({ name, blocks }) =>
      blocks.flatMap(({ lines }) => {
        const began = lines.findIndex((l) => /systemctl (re)?(start|load)|docker compose (up|restart)/.test(l))
        return began < 0
          ? []
          : lines
              .slice(began)
              .filter((l) => /atende doctor/.test(l) && !/--wait \d+|--fix/.test(l))
              .map((l) => `${name}: ${l}`)
      }),
    )
    expect(hasty).toEqual([])
  })

  it('services of compose', () => {
    const file = path.join(ROOT, 'deploy/compose/compose.yml')
    const known = existsSync(file)
      ? Object.keys(parse(readFileSync(file, 'utf8')).services)
      : ['postgres', 'redis', 'web-blue', 'web-green', 'worker-blue', 'worker-green', 'backup', 'nginx', 'certbot']
    const asked = LINES.flatMap(({ line }) => {
      const words = wordsOf(line.split(/[<>|]/)[0] ?? '').flatMap((w) => (w.includes('$colour') ? ['blue', 'green'].map((c) => w.replace('$colour', c)) : [w]))
      if (words[0] !== 'docker' || words[1] !== 'compose') return []
      const rest = words.slice(3).filter((w) => !w.startsWith('-') && !/^\d+$/.test(w))
      return ['exec', 'run'].includes(words[2] ?? '') ? rest.slice(0, 1) : rest
    })
    expect(asked.length).toBeGreaterThan(20)
    expect(asked.filter((s) => !known.includes(s))).toEqual([])
  })
})

describe('whoever sends somebody to a runbook finds one', () => {
  it('checks of the doctor', () => {
    for (const family of FAMILIES) for (const [id, { runbook }] of Object.entries(family.texts)) if (runbook) expect(NAMES, id).toContain(runbook)
  })

  it('alerts, wherever they are written; and the page names those of Prometheus', () => {
    for (const file of [
      ...filesBelow(path.join(ROOT, 'deploy'), /\.(yml|yaml|tmpl)$/),
      ...filesBelow(path.join(ROOT, 'packages/server/src/operations'), /\.ts$/),
    ]) {
      const text = readFileSync(file, 'utf8')
      for (const [, name = ''] of text.matchAll(/runbooks\/([a-z-]+)(?:\.pt-BR)?\.md/g)) expect(NAMES, file).toContain(name)
      for (const rule of text.split(/^\s*- alert: /m).slice(1)) {
        const [alert = '', runbook = ''] = [/^\w+/.exec(rule)?.[0], /runbook_url: \S.*\/([a-z-]+)(?:\.pt-BR)?\.md/.exec(rule)?.[1]]
        for (const page of pair(runbook)) expect(page?.text, `${alert} in ${runbook}`).toContain(`\`${alert}\``)
      }
    }
  })
})

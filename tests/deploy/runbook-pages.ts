import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../..')
const FOLDER = path.join(ROOT, 'deploy/runbooks')

/** `runs`: a test causes the failure and runs exactly this. */
export type Block = { runs: boolean; lines: string[] }
export type Page = { name: string; language: 'en' | 'pt-BR'; text: string; blocks: Block[] }

function readPage(file: string): Page {
  const text = readFileSync(path.join(FOLDER, file), 'utf8')
  const blocks = [...text.matchAll(/^```sh( run)?\n([\s\S]*?)^```$/gm)].map((m) => ({ runs: m[1] !== undefined, lines: (m[2] ?? '').trim().split('\n') }))
  const portuguese = file.endsWith('.pt-BR.md')
  return { name: file.replace(/(\.pt-BR)?\.md$/, ''), language: portuguese ? 'pt-BR' : 'en', text, blocks }
}

export const PAGES: Page[] = readdirSync(FOLDER)
  .filter((f) => f.endsWith('.md') && f !== 'README.md')
  .map(readPage)

/** What a page tells to run, as one script: the one block that is to be run, or the one that has `holding`. */
export function scriptOf(name: string, holding = ''): string {
  const page = PAGES.find((p) => p.name === name && p.language === 'en')
  const found = page?.blocks.filter((b) => b.runs && b.lines.some((l) => l.includes(holding))) ?? []
  if (found.length !== 1) throw new Error(`the runbook ${name} has ${found.length} blocks to run with "${holding}"`)
  return found[0]?.lines.join('\n') ?? ''
}

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

/** What a page tells to run, as one script. */
export function scriptOf(name: string): string {
  const page = PAGES.find((p) => p.name === name && p.language === 'en')
  const lines = page?.blocks.filter((b) => b.runs).flatMap((b) => b.lines) ?? []
  if (lines.length === 0) throw new Error(`the runbook ${name} has nothing to run`)
  return lines.join('\n')
}

import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { UsageError } from './output.ts'

let stdin: string[] | undefined
/** Lines of stdin, one per secret given as "-". */
function nextLine(flag: string): string {
  stdin ??= readFileSync(0, 'utf8').split(/\r?\n/)
  const line = stdin.shift()
  if (!line) throw new UsageError(`${flag}: "-" reads a line from standard input, and there is none`)
  return line
}

/** Adds `--name` (a value, or "-" for standard input), `--name-file` and an environment variable for one secret. */
export function secretOption(command: Command, name: string, description: string): Command {
  const env = `ATENDE_${name.replaceAll('-', '_').toUpperCase()}`
  return command
    .addOption(new Option(`--${name} <value>`, `${description}; "-" reads it from standard input`).env(env))
    .addOption(new Option(`--${name}-file <path>`, 'the same, from a file'))
}

/** The value that was given in one of the three ways; undefined when in none. @throws UsageError */
export function readSecret(flag: string, value: string | undefined, file: string | undefined): string | undefined {
  if (file !== undefined) {
    try {
      return readFileSync(file, 'utf8').trim()
    } catch {
      throw new UsageError(`--${flag}-file: cannot read ${file}`)
    }
  }
  return value === '-' ? nextLine(`--${flag}`).trim() : value
}

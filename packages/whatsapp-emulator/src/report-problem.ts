/** Says on the error output that something went wrong inside the emulator; the emulator goes on. */
export function reportProblem(what: string, error: unknown): void {
  process.stderr.write(`whatsapp-emulator: ${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
}

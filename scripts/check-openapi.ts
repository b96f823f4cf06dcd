/**
 * `npm run check:openapi -- FILE`: drives the emulator through every operation that it shares with Meta's OpenAPI file
 * (github.com/facebook/openapi, business-messaging-api) and holds requests and answers against the file's schemas. Differences
 * must stand in openapi/known-differences.ts with a reason; a new one, or one that no longer occurs, fails the check.
 */
import { existsSync } from 'node:fs'
import { type Done, startDriver } from './openapi/drive.ts'
import { KNOWN_DIFFERENCES } from './openapi/known-differences.ts'
import { driveAll } from './openapi/operations.ts'
import { listOurBodies } from './openapi/our-bodies.ts'
import { type Description, openDescription } from './openapi/schemas.ts'

const WEBHOOKS = 'POST /whatsapp/webhooks'
const MESSAGES = 'POST /{Version}/{Phone-Number-ID}/messages'
type Difference = { operation: string; side: 'request' | 'answer'; difference: string }

function compare(description: Description, { operation, json, form, answer }: Done): Difference[] {
  const contentType = form ? 'multipart/form-data' : 'application/json'
  const fields = form && Object.fromEntries(Object.entries(form).map(([key, value]) => [key, typeof value === 'string' ? value : 'file']))
  // A request that is meant to be wrong says nothing about our requests.
  const sent = answer.status === 200 ? (json ?? fields) : undefined
  const request = sent ? description.checkRequest(operation, contentType, sent) : []
  const answered = description.checkAnswer(operation, answer.status, answer.body)
  return [
    ...(request ?? [`no ${contentType} described`]).map((difference) => ({ operation, side: 'request' as const, difference })),
    ...(answered ?? []).map((difference) => ({ operation, side: 'answer' as const, difference })),
  ]
}

const keyOf = (entry: Difference): string => `${entry.side} of ${entry.operation}: ${entry.difference}`

async function main(file: string): Promise<number> {
  const description = openDescription(file)
  const driver = await startDriver()
  try {
    await driveAll(driver)
  } finally {
    await driver.stop()
  }
  const found = [
    ...driver.done.flatMap((done) => compare(description, done)),
    ...listOurBodies().flatMap((body) =>
      (description.checkRequest(MESSAGES, 'application/json', body) ?? []).map((difference) => ({ operation: MESSAGES, side: 'request' as const, difference })),
    ),
  ]
  // The file describes the field messages only.
  for (const { body } of driver.webhooks().filter((webhook) => webhook.field === 'messages')) {
    const differences = description.checkRequest(WEBHOOKS, 'application/json', body) ?? []
    found.push(...differences.map((difference) => ({ operation: WEBHOOKS, side: 'request' as const, difference })))
  }
  const seen = new Set(found.map(keyOf))
  const known = new Set(KNOWN_DIFFERENCES.map(keyOf))
  const unexplained = [...seen].filter((key) => !known.has(key)).sort()
  const gone = [...known].filter((key) => !seen.has(key)).sort()
  const driven = new Set([WEBHOOKS, ...driver.done.map((done) => done.operation)])
  const strangers = [...driven].filter((operation) => !description.operations.includes(operation))
  const missing = description.operations.filter((operation) => !driven.has(operation))

  console.log(`${driver.done.length} calls of ${driven.size} operations, ${seen.size} differences, ${known.size} of them known`)
  console.log(
    `\nNot served by the emulator (${missing.length} of ${description.operations.length}):\n${missing.map((operation) => `  ${operation}`).join('\n')}`,
  )
  const tell = (title: string, list: string[]): void => {
    if (list.length > 0) console.error(`\n${title}:\n${list.map((entry) => `  ${entry}`).join('\n')}`)
  }
  tell('Differences without a reason', unexplained)
  tell('Known differences that no longer occur', gone)
  tell('Operations that the file does not have', strangers)
  return unexplained.length + gone.length + strangers.length === 0 ? 0 : 1
}

const [file] = process.argv.slice(2)
if (!file || !existsSync(file)) {
  console.error('usage: npm run check:openapi -- path/to/business-messaging-api_v23.0.yaml')
  process.exitCode = 2
} else process.exitCode = await main(file)

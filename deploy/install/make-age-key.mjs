// Prints "IDENTITY RECIPIENT" of a new age key, once. The identity must not stay on the server.
import { generateIdentity, identityToRecipient } from 'age-encryption'

const identity = await generateIdentity()
process.stdout.write(`${identity} ${await identityToRecipient(identity)}\n`)

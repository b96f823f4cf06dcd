import { readStored, writeStored } from '../../../lib/locale.ts'

const keyOf = (userId: string, conversationId: string) => `atende.draft.${userId}.${conversationId}`

export const readDraft = (userId: string, conversationId: string): string => readStored(keyOf(userId, conversationId)) ?? ''

export const keepDraft = (userId: string, conversationId: string, text: string): void =>
  writeStored(keyOf(userId, conversationId), text.trim() === '' ? null : text)

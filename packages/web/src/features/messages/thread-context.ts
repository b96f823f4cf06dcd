import type { Media } from '@atende/contracts/media'
import type { Message } from '@atende/contracts/messages'
import { createContext, useContext } from 'react'

/** What a bubble may ask of the conversation around it. Stable, so that bubbles are redrawn only for their own sake. */
export type Thread = {
  contactName: string
  userId: string
  /** False when the window is closed or the role may only read. */
  maySend: boolean
  reply: (message: Message) => void
  react: (message: Message, emoji: string) => void
  jumpTo: (messageId: string) => void
  retry: (message: Message) => void
  /** Opens the choice of templates. */
  chooseTemplate: () => void
  openImage: (media: Media, caption: string) => void
  /** After a click whose button goes away: else the next letters typed would be single-key shortcuts. */
  backToComposer: () => void
}

const ThreadContext = createContext<Thread | null>(null)
export const ThreadProvider = ThreadContext.Provider

export const useThread = (): Thread => {
  const thread = useContext(ThreadContext)
  if (thread === null) throw new Error('useThread outside of a conversation')
  return thread
}

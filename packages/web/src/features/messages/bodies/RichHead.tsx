import type { Media } from '@atende/contracts/media'
import { DocumentBody } from './DocumentBody.tsx'
import { ImageBody, VideoBody } from './ImageBody.tsx'
import classes from './rich.module.css'
import { RichText } from './TextBody.tsx'

export type Head = { kind: 'text'; text: string } | { kind: 'image' | 'video' | 'document'; media: Media | null }

/** The top of a message with parts: words or a file. */
export function RichHead({ head, caption }: { head: Head; caption: string }) {
  if (head.kind === 'text') return <strong className={classes.headline}>{head.text}</strong>
  if (!head.media) return null
  if (head.kind === 'image') return <ImageBody media={head.media} caption={caption} />
  return head.kind === 'video' ? <VideoBody media={head.media} /> : <DocumentBody media={head.media} />
}

/** Body and footer as people see them on the phone. */
export function RichWords({ body, footer }: { body: string; footer?: string | null | undefined }) {
  return (
    <>
      {body !== '' && (
        <span className={classes.words}>
          <RichText text={body} />
        </span>
      )}
      {footer && <span className={classes.faint}>{footer}</span>}
    </>
  )
}

import { memo } from 'react'
import { isOnlyEmoji, parseText, type TextPart } from '../rich-text.ts'
import classes from './bodies.module.css'

function Part({ part }: { part: TextPart }) {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'link':
      return (
        <a href={part.href} target="_blank" rel="noopener noreferrer nofollow" className={classes.link}>
          {part.text}
        </a>
      )
    case 'bold':
      return <strong>{part.text}</strong>
    case 'italic':
      return <em>{part.text}</em>
    case 'strike':
      return <s>{part.text}</s>
    case 'code':
      return <code className={classes.code}>{part.text}</code>
  }
}

export const RichText = memo(function RichText({ text }: { text: string }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text never move by themselves
  return parseText(text).map((part, i) => <Part key={i} part={part} />)
})

export function TextBody({ text }: { text: string }) {
  return (
    <span className={classes.text} data-big={isOnlyEmoji(text) || undefined}>
      <RichText text={text} />
    </span>
  )
}

import { h } from './dom.ts'

const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'])/g
const MARKS: [RegExp, 'strong' | 'em' | 's' | 'code'][] = [
  [/```([^`]+)```/, 'code'],
  [/(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])/, 'strong'],
  [/(?<![\w_])_([^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])/, 'em'],
  [/(?<![\w~])~([^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])/, 's'],
]

/** Text with links made clickable and *bold*, _italic_, ~struck~ and ```code``` shown. Nothing is read as HTML. */
export function formatText(text: string): DocumentFragment {
  const out = document.createDocumentFragment()
  text.split(LINK).forEach((part, index) => {
    if (index % 2 === 1) out.append(h('a', { href: part, target: '_blank', rel: 'noopener noreferrer' }, part))
    else out.append(markText(part))
  })
  return out
}

function markText(text: string): DocumentFragment {
  const out = document.createDocumentFragment()
  for (const [pattern, tag] of MARKS) {
    const match = pattern.exec(text)
    if (!match) continue
    out.append(markText(text.slice(0, match.index)))
    out.append(h(tag, {}, tag === 'code' ? (match[1] ?? '') : markText(match[1] ?? '')))
    out.append(markText(text.slice(match.index + match[0].length)))
    return out
  }
  out.append(text)
  return out
}

/** One to three emoji and nothing else: shown large. */
export function isOnlyEmoji(text: string): boolean {
  return /^(?:\p{Extended_Pictographic}(?:\ufe0f|\u200d\p{Extended_Pictographic}|\p{Emoji_Modifier})*\s*){1,3}$/u.test(text.trim())
}

/** Text of a message as parts; React draws them, so nothing a customer writes can become markup. */
export type TextPart =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'bold' | 'italic' | 'strike' | 'code'; text: string }

const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"']+/giu
// A mark counts only at the edge of a word and around something, so 2*3*4 and snake_case_name stay as written.
const MARK = /(?<![\p{L}\p{N}])(?:```(.+?)```|\*(\S(?:[^*\n]*\S)?)\*|_(\S(?:[^_\n]*\S)?)_|~(\S(?:[^~\n]*\S)?)~|`([^`\n]+)`)(?![\p{L}\p{N}])/gsu

/** Punctuation after an address belongs to the sentence; a closing bracket only when it was not opened inside. */
const trimLink = (link: string): string => {
  let end = link.replace(/[.,;:!?…'"*_~]+$/u, '')
  while (end.endsWith(')') && end.split(')').length > end.split('(').length) end = end.slice(0, -1)
  return end
}

const safeHref = (link: string): string | null => {
  const url = URL.parse(link.toLowerCase().startsWith('www.') ? `https://${link}` : link)
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : null
}

const plain = (text: string): TextPart[] => (text === '' ? [] : [{ kind: 'text', text }])

const markParts = (text: string): TextPart[] => {
  const parts: TextPart[] = []
  let from = 0
  for (const match of text.matchAll(MARK)) {
    const [whole, block, bold, italic, strike, code] = match
    parts.push(...plain(text.slice(from, match.index)))
    if (bold !== undefined) parts.push({ kind: 'bold', text: bold })
    else if (italic !== undefined) parts.push({ kind: 'italic', text: italic })
    else if (strike !== undefined) parts.push({ kind: 'strike', text: strike })
    else parts.push({ kind: 'code', text: block ?? code ?? '' })
    from = match.index + whole.length
  }
  return [...parts, ...plain(text.slice(from))]
}

export const parseText = (text: string): TextPart[] => {
  const parts: TextPart[] = []
  let from = 0
  for (const match of text.matchAll(LINK)) {
    const link = trimLink(match[0])
    const href = safeHref(link)
    if (!href) continue
    parts.push(...markParts(text.slice(from, match.index)), { kind: 'link', text: link, href })
    from = match.index + link.length
  }
  return [...parts, ...markParts(text.slice(from))]
}

const ONLY_EMOJI = /^\s*(?:\p{RGI_Emoji}\s*){1,3}$/v
export const isOnlyEmoji = (text: string): boolean => text.length < 60 && ONLY_EMOJI.test(text)

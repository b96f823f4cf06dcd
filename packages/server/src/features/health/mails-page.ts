import { sha256 } from '../../platform/crypto.ts'
import type { KeptMail } from '../../platform/mail.ts'
import { escapeHtml } from '../access/mails/mail-layout.ts'

const LINK = /https?:\/\/[^\s<]+/g
const STYLE = `body{margin:0 auto;max-width:720px;padding:24px;background:#f5f4f2;color:#25221f;font:15px/1.5 system-ui,sans-serif}
article{margin:0 0 16px;padding:20px;border-radius:12px;background:#fff;overflow-wrap:anywhere}h1{font-size:22px}h2{margin:0 0 4px;font-size:17px}
small{color:#57534e}pre{margin:12px 0 0;white-space:pre-wrap;font:inherit}a{color:#0f766e}
@media(prefers-color-scheme:dark){body{background:#1c1a19;color:#e6e3de}article{background:#292624}small{color:#b5afa8}a{color:#5eead4}}`

/** The page's own style, by its hash, and nothing else. */
export const MAILS_POLICY = `default-src 'none'; style-src 'sha256-${sha256(STYLE).toString('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** Links are found before anything is escaped, so that each is exactly what stands in the mail. */
function linked(text: string): string {
  let html = ''
  let at = 0
  for (const { 0: link, index } of text.matchAll(LINK)) {
    html += `${escapeHtml(text.slice(at, index))}<a href="${escapeHtml(link)}">${escapeHtml(link)}</a>`
    at = index + link.length
  }
  return html + escapeHtml(text.slice(at))
}

const article = ({ to, subject, at, text }: KeptMail): string =>
  `<article><h2>${escapeHtml(subject)}</h2><small>${escapeHtml(to)} · <time>${at.toISOString()}</time></small><pre>${linked(text)}</pre></article>`

/** The mailbox of a development server: what would have been mailed, with its links. */
export function mailsPage(mails: readonly KeptMail[]): string {
  const list = mails.length === 0 ? '<p>Nenhum e-mail ainda. O que o Atende enviaria aparece aqui.</p>' : mails.map(article).join('')
  return `<!doctype html><html lang="pt-BR"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>E-mails (desenvolvimento)</title><style>${STYLE}</style></head><body><main><h1>E-mails</h1>${list}</main></body></html>`
}

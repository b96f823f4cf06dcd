import type { MailWords } from './mail.texts.ts'

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c)

/**
 * A name that somebody chose, as it may stand in a mail to a stranger: one short line that no mail program turns into a link.
 */
export const plainName = (name: string): string =>
  name
    .replace(/[\p{C}\s]+/gu, ' ')
    .replaceAll('://', ' ')
    .replace(/([\p{L}\d])\.(?=\p{L})/gu, '$1 ')
    .replace(/[@<>]/g, ' ')
    .trim()
    .slice(0, 60)

export function textOf({ lines, button }: MailWords, foot: string): string {
  return [...lines, ...(button ? [`${button.label}:\n${button.link}`] : []), `--\n${foot}`].join('\n\n')
}

export function htmlOf({ subject, lines, button }: MailWords, foot: string, locale: string): string {
  // A line that is an address and nothing else is one to click on; addresses within a sentence stay words.
  const shown = (line: string) =>
    /^https?:\/\/\S+$/.test(line) ? `<a href="${escapeHtml(line)}" style="color:#0f766e">${escapeHtml(line)}</a>` : escapeHtml(line)
  const paragraph = (line: string) => `<p style="margin:0 0 16px">${shown(line)}</p>`
  const link = button && escapeHtml(button.link)
  const action = button
    ? `<p style="margin:24px 0"><a href="${link}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#0f766e;color:#ffffff;text-decoration:none;font-weight:600">${escapeHtml(button.label)}</a></p><p style="margin:0 0 16px;font-size:13px;color:#57534e;word-break:break-all"><a href="${link}" style="color:#0f766e">${link}</a></p>`
    : ''
  return `<!doctype html><html lang="${locale === 'en' ? 'en' : 'pt-BR'}"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head><body style="margin:0;padding:24px;background:#f5f4f2"><div style="max-width:520px;margin:0 auto;padding:28px;border-radius:12px;background:#ffffff;color:#25221f;font:15px/1.5 system-ui,sans-serif"><h1 style="margin:0 0 16px;font-size:20px">${escapeHtml(subject)}</h1>${lines.map(paragraph).join('')}${action}<p style="margin:24px 0 0;font-size:12px;color:#78716c">${escapeHtml(foot)}</p></div></body></html>`
}

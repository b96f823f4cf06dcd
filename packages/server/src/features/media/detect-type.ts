import { fileTypeFromBuffer } from 'file-type'

/** `executable` is refused in every kind. */
export type Detected = { mime: string; voice: boolean; executable: boolean }

/** Names that file-type uses, as WhatsApp calls them. */
const RENAMED: Record<string, string> = {
  'audio/x-m4a': 'audio/mp4',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-aac': 'audio/aac',
  'video/3gpp2': 'video/3gpp',
}
const EXECUTABLE_TYPES =
  /^application\/(x-msdownload|x-elf|x-mach-binary|x-ms-shortcut|x-msi|java-vm|java-archive|wasm|vnd\.android\.package-archive|x-deb|x-rpm|x-apple-diskimage|x-shockwave-flash|vnd\.microsoft\.portable-executable)$/
const EXECUTABLE_NAMES = /\.(exe|com|scr|pif|bat|cmd|ps1|vbs|vbe|js|jse|mjs|wsf|hta|msi|msp|jar|apk|sh|lnk|reg|dll|cpl|app|dmg|deb|rpm)$/i

const OLD_OFFICE: Record<string, string> = { doc: 'application/msword', xls: 'application/vnd.ms-excel', ppt: 'application/vnd.ms-powerpoint' }
const TEXT_TYPES: Record<string, string> = { csv: 'text/csv', vcf: 'text/vcard', ics: 'text/calendar', json: 'application/json', md: 'text/markdown' }
const extensionOf = (name: string) => /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? ''

function isText(data: Buffer): boolean {
  const head = data.subarray(0, 64_000)
  return !head.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27))
}

function textType(data: Buffer, filename: string): string {
  const head = data
    .subarray(0, 4096)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
    .toLowerCase()
  if (/<svg[\s>]/.test(head)) return 'image/svg+xml'
  if (/^<(!doctype html|html|head|body|script|iframe|style|title|meta|!--)/.test(head) || head.includes('<html')) return 'text/html'
  if (head.startsWith('<?xml')) return 'application/xml'
  return TEXT_TYPES[extensionOf(filename)] ?? 'text/plain'
}

/** What a file is, by its bytes. The name decides only where bytes cannot (kinds of text, old Office), and can only make it worse. */
export async function detectType(data: Buffer, filename: string): Promise<Detected> {
  const named = EXECUTABLE_NAMES.test(filename)
  const found = await fileTypeFromBuffer(data)
  if (found) {
    const plain = found.mime.split(';')[0]?.trim() ?? found.mime
    const mime = plain === 'application/x-cfb' ? (OLD_OFFICE[extensionOf(filename)] ?? 'application/octet-stream') : (RENAMED[plain] ?? plain)
    const xml = plain === 'application/xml' ? textType(data, filename) : mime
    return { mime: xml, voice: /opus/i.test(found.mime), executable: named || EXECUTABLE_TYPES.test(plain) }
  }
  if (!isText(data)) return { mime: 'application/octet-stream', voice: false, executable: named }
  return { mime: textType(data, filename), voice: false, executable: named || data.toString('latin1', 0, 2) === '#!' }
}

/** What bytes alone cannot tell apart: then the sender's word is better, unless it would be shown in place. */
const VAGUE = new Set(['application/octet-stream', 'application/zip', 'application/x-cfb', 'text/plain', 'application/xml'])
const MAY_BE_SHOWN = /^(image|audio|video)\/|^application\/pdf$/

/** The type that a received file gets: by its content, in the words of its kind, and only where content says little by its name. */
export function mimeOf(detected: Detected, kind: string, declared: string): string {
  if (kind === 'audio' && detected.mime === 'video/mp4') return 'audio/mp4'
  if (kind === 'audio' && detected.mime === 'video/webm') return 'audio/webm'
  return VAGUE.has(detected.mime) && !MAY_BE_SHOWN.test(declared) && declared !== '' ? declared : detected.mime
}

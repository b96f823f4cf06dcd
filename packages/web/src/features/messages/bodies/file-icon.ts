import type { Media } from '@atende/contracts/media'
import {
  File,
  FileArchive,
  FileCode,
  FileHeadphone,
  FileImage,
  FilePlay,
  FileSpreadsheet,
  FileText,
  FileWarning,
  type LucideIcon,
  Presentation,
} from 'lucide-react'

/** By type first, by name where the type says little. */
const ICONS: readonly (readonly [RegExp, LucideIcon])[] = [
  [/^image\//, FileImage],
  [/^audio\//, FileHeadphone],
  [/^video\//, FilePlay],
  [/spreadsheet|ms-excel|text\/csv|\.(xlsx?|csv|ods)$/i, FileSpreadsheet],
  [/presentation|ms-powerpoint|\.(pptx?|odp)$/i, Presentation],
  [/zip|rar|7z|tar|gzip|\.(zip|rar|7z|gz)$/i, FileArchive],
  [/html|json|xml|javascript/, FileCode],
  [/^text\/|pdf|word|opendocument\.text|rtf/, FileText],
]

export const fileIcon = ({ mime, filename, executable }: Media): LucideIcon => {
  if (executable) return FileWarning
  return ICONS.find(([pattern]) => pattern.test(mime) || (filename !== null && pattern.test(filename)))?.[1] ?? File
}

import { Contact, FileText, Image, type LucideIcon, MapPin, MessageCircleQuestionMark, Mic, MousePointerClick, Sticker, Video } from 'lucide-react'

const ICONS: Record<string, LucideIcon> = {
  image: Image,
  video: Video,
  audio: Mic,
  document: FileText,
  sticker: Sticker,
  location: MapPin,
  contacts: Contact,
  button_reply: MousePointerClick,
  unsupported: MessageCircleQuestionMark,
}

/** Nothing for plain text. */
export function TypeIcon({ type, size = 14 }: { type: string; size?: number }) {
  const Icon = ICONS[type]
  return Icon ? <Icon size={size} aria-hidden style={{ flex: 'none' }} /> : null
}

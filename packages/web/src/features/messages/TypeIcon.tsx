import {
  Ban,
  ClipboardList,
  Contact,
  Eraser,
  FileLock,
  FileText,
  Image,
  LayoutTemplate,
  type LucideIcon,
  MapPin,
  MessageCircleQuestionMark,
  MessageSquareMore,
  Mic,
  MousePointerClick,
  PhoneCall,
  ShoppingBag,
  Sticker,
  Video,
} from 'lucide-react'

const ICONS: Record<string, LucideIcon> = {
  image: Image,
  video: Video,
  audio: Mic,
  document: FileText,
  sticker: Sticker,
  location: MapPin,
  contacts: Contact,
  button_reply: MousePointerClick,
  flow_reply: ClipboardList,
  order: ShoppingBag,
  call_permission: PhoneCall,
  interactive: MessageSquareMore,
  template: LayoutTemplate,
  unsupported: MessageCircleQuestionMark,
  revoked: Ban,
  erased: Eraser,
  unreadable: FileLock,
}

/** Nothing for plain text. */
export function TypeIcon({ type, size = 14 }: { type: string; size?: number }) {
  const Icon = Object.hasOwn(ICONS, type) ? ICONS[type] : undefined
  return Icon ? <Icon size={size} aria-hidden style={{ flex: 'none' }} /> : null
}

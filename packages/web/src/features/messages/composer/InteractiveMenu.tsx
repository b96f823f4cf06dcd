import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { Contact, GalleryHorizontal, Link, List, MapPin, RectangleEllipsis, SquareMousePointer, TextCursorInput } from 'lucide-react'
import { useTranslation } from 'react-i18next'

export type InteractiveKind = 'buttons' | 'list' | 'cta_url' | 'location_request' | 'contact_request' | 'flow' | 'carousel'

const ICONS: Record<InteractiveKind, typeof List> = {
  buttons: RectangleEllipsis,
  list: List,
  cta_url: Link,
  location_request: MapPin,
  contact_request: Contact,
  flow: TextCursorInput,
  carousel: GalleryHorizontal,
}
const KINDS: readonly InteractiveKind[] = ['buttons', 'list', 'cta_url', 'location_request', 'contact_request', 'flow', 'carousel']

/** Messages that the customer answers with a touch. */
export function InteractiveMenu({ onPick }: { onPick: (kind: InteractiveKind) => void }) {
  const { t } = useTranslation('composer')
  return (
    <Menu position="top-start" width={240} returnFocus>
      <Menu.Target>
        <Tooltip label={t('composer.interactive')}>
          <ActionIcon variant="subtle" color="gray" size={34} aria-label={t('composer.interactive')}>
            <SquareMousePointer size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {KINDS.map((kind) => {
          const Icon = ICONS[kind]
          return (
            <Menu.Item key={kind} leftSection={<Icon size={16} aria-hidden />} onClick={() => onPick(kind)}>
              {t(`interactive.${kind}`)}
            </Menu.Item>
          )
        })}
      </Menu.Dropdown>
    </Menu>
  )
}

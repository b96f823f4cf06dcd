import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { Contact, FileText, Image, MapPin, Plus, Sticker } from 'lucide-react'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'

export type Wanted = 'media' | 'document' | 'sticker'
type AttachMenuProps = { onFiles: (files: File[], wanted: Wanted) => void; onLocation: () => void; onContact: () => void }

const ACCEPT: Record<Wanted, string> = {
  media: 'image/*,video/*',
  document: '',
  sticker: 'image/webp',
}

export function AttachMenu({ onFiles, onLocation, onContact }: AttachMenuProps) {
  const { t } = useTranslation('composer')
  const input = useRef<HTMLInputElement>(null)
  const wanted = useRef<Wanted>('media')
  const pick = (kind: Wanted): void => {
    if (!input.current) return
    wanted.current = kind
    input.current.accept = ACCEPT[kind]
    input.current.click()
  }
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])], wanted.current)
          event.currentTarget.value = ''
        }}
      />
      <Menu position="top-start" width={200} returnFocus>
        <Menu.Target>
          <Tooltip label={t('composer.attach')}>
            <ActionIcon variant="subtle" color="gray" size={34} aria-label={t('composer.attach')}>
              <Plus size={20} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Image size={16} aria-hidden />} onClick={() => pick('media')}>
            {t('attach.media')}
          </Menu.Item>
          <Menu.Item leftSection={<FileText size={16} aria-hidden />} onClick={() => pick('document')}>
            {t('attach.document')}
          </Menu.Item>
          <Menu.Item leftSection={<Sticker size={16} aria-hidden />} onClick={() => pick('sticker')}>
            {t('attach.sticker')}
          </Menu.Item>
          <Menu.Item leftSection={<MapPin size={16} aria-hidden />} onClick={onLocation}>
            {t('attach.location')}
          </Menu.Item>
          <Menu.Item leftSection={<Contact size={16} aria-hidden />} onClick={onContact}>
            {t('attach.contact')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  )
}

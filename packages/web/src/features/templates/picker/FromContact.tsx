import type { Conversation } from '@atende/contracts/conversations'
import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { UserRound } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useMe } from '../../../lib/session.ts'
import { formatPhone } from '../../contacts/format-phone.ts'

/** Puts what is known about the person, the company or the attendant into a field. */
export function FromContact({ conversation: { contact }, onPick }: { conversation: Conversation; onPick: (value: string) => void }) {
  const { t } = useTranslation('templates')
  const me = useMe()
  const known = {
    name: contact.name,
    firstName: contact.name.trim().split(/\s+/)[0] ?? '',
    phone: contact.phone ? formatPhone(contact.phone) : '',
    company: me.tenant?.name ?? '',
    attendant: me.user.name,
  }
  const names = ['name', 'firstName', 'phone', 'company', 'attendant'] as const
  return (
    <Menu position="bottom-end" width={260} returnFocus>
      <Menu.Target>
        <Tooltip label={t('picker.from')}>
          <ActionIcon variant="subtle" color="gray" size={28} aria-label={t('picker.from')}>
            <UserRound size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {names
          .filter((name) => known[name] !== '')
          .map((name) => (
            <Menu.Item key={name} onClick={() => onPick(known[name])}>
              {t(`picker.source.${name}`)}: <strong>{known[name]}</strong>
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  )
}

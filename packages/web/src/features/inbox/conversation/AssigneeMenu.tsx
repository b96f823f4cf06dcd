import type { Conversation } from '@atende/contracts/conversations'
import { Button, Menu, ScrollArea, TextInput } from '@mantine/core'
import { Check, ChevronDown, UserRound, UserRoundPlus, UserRoundX } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan, useMe } from '../../../lib/session.ts'
import { Avatar } from '../../../ui/Avatar.tsx'
import { useUsers } from '../../users/use-users.ts'
import { useAssign } from '../actions.ts'
import classes from './ConversationHeader.module.css'

const plainText = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
const SEARCH_FROM = 8

type Assign = ReturnType<typeof useAssign>['mutate']
type ChoicesProps = { conversation: Conversation; assign: Assign }

function Colleagues({ conversation, assign }: ChoicesProps) {
  const { t } = useTranslation('inbox')
  const { user } = useMe()
  const { data: users = [] } = useUsers()
  const [find, setFind] = useState('')
  const people = users.filter((one) => one.active && one.answers && one.id !== user.id && plainText(one.name).includes(plainText(find)))
  return (
    <>
      {users.length > SEARCH_FROM && (
        <TextInput
          m={6}
          size="xs"
          aria-label={t('header.find')}
          placeholder={t('header.find')}
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
        />
      )}
      <ScrollArea.Autosize mah={260}>
        {people.map((one) => (
          <Menu.Item
            key={one.id}
            leftSection={<Avatar name={one.name} seed={one.id} size={24} />}
            rightSection={conversation.assignee?.id === one.id && <Check size={15} aria-hidden />}
            onClick={() => assign({ id: one.id, name: one.name })}
          >
            {one.name}
          </Menu.Item>
        ))}
        {people.length === 0 && find !== '' && <Menu.Label>{t('header.noPeople')}</Menu.Label>}
      </ScrollArea.Autosize>
    </>
  )
}

export function AssigneeMenu({ conversation, disabled }: { conversation: Conversation; disabled: boolean }) {
  const { t } = useTranslation('inbox')
  const { user } = useMe()
  const mayAnswer = useCan('messages.send')
  const { mutate: assign } = useAssign(conversation)
  const { assignee } = conversation
  const name = assignee?.name ?? t('header.nobody')
  return (
    <Menu position="bottom-end" width={250} withinPortal>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          h={32}
          px={9}
          disabled={disabled}
          className={classes.assignee}
          title={assignee ? t('header.assignee', { name }) : t('header.nobody')}
        >
          {assignee ? <Avatar name={assignee.name} seed={assignee.id} size={20} /> : <UserRound size={16} aria-hidden />}
          <span className={classes.hidden}>{t('header.assignTitle')}: </span>
          <span className={assignee ? classes.assigneeName : classes.hidden}>{assignee?.id === user.id ? t('header.mine') : name}</span>
          <ChevronDown size={14} aria-hidden className={classes.chevron} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('header.assignTitle')}</Menu.Label>
        {mayAnswer && assignee?.id !== user.id && (
          <Menu.Item leftSection={<UserRoundPlus size={16} aria-hidden />} onClick={() => assign({ id: user.id, name: user.name })}>
            {t('header.toMe')}
          </Menu.Item>
        )}
        {assignee && (
          <Menu.Item leftSection={<UserRoundX size={16} aria-hidden />} onClick={() => assign(null)}>
            {t('header.toNobody')}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Colleagues conversation={conversation} assign={assign} />
      </Menu.Dropdown>
    </Menu>
  )
}

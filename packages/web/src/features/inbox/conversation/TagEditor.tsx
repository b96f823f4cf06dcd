import type { Conversation } from '@atende/contracts/conversations'
import { CreateTagInput, Tag } from '@atende/contracts/tags'
import { Checkbox, Popover, TextInput, UnstyledButton } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../../lib/api.ts'
import { keys, queryClient } from '../../../lib/query.ts'
import { useCan } from '../../../lib/session.ts'
import { toastError } from '../../../ui/toast.ts'
import { useTags } from '../../tags/use-tags.ts'
import { useSetTags } from '../actions.ts'
import { TagPill } from '../list/TagPill.tsx'
import classes from './TagEditor.module.css'

const plainText = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim()

const useCreateTag = (onCreated: (tag: Tag) => void) =>
  useMutation({
    mutationFn: (name: string) => api(Tag, 'POST', '/api/tags', { body: CreateTagInput.parse({ name }) }),
    onSuccess: (tag) => {
      void queryClient.invalidateQueries({ queryKey: keys.tags })
      onCreated(tag)
    },
    onError: toastError,
  })

function TagChoices({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('inbox')
  const { data: tags = [] } = useTags()
  const { mutate: setTags } = useSetTags(conversation)
  const mayCreate = useCan('tags.write')
  const [find, setFind] = useState('')
  const chosen = new Set(conversation.tags.map((tag) => tag.id))
  const shown = tags.filter((tag) => plainText(tag.name).includes(plainText(find)))
  const isNew = find.trim() !== '' && !tags.some((tag) => plainText(tag.name) === plainText(find))
  const create = useCreateTag((tag) => {
    setFind('')
    setTags([...conversation.tags, tag])
  })
  const toggle = (tag: Tag): void => setTags(chosen.has(tag.id) ? conversation.tags.filter((one) => one.id !== tag.id) : [...conversation.tags, tag])
  // Type a few letters, Enter, done: the first that fits, or a new one when none does.
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || find.trim() === '' || event.nativeEvent.isComposing) return
    event.preventDefault()
    const [first] = shown
    if (first) {
      toggle(first)
      setFind('')
    } else if (isNew && mayCreate && !create.isPending) create.mutate(find.trim())
  }
  return (
    <>
      <TextInput
        size="xs"
        data-autofocus
        aria-label={t('tags.find')}
        placeholder={t('tags.find')}
        value={find}
        onChange={(event) => setFind(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className={classes.choices}>
        {shown.map((tag) => (
          <Checkbox key={tag.id} size="xs" className={classes.choice} checked={chosen.has(tag.id)} onChange={() => toggle(tag)} label={<TagPill tag={tag} />} />
        ))}
      </div>
      {shown.length === 0 && <p className={classes.none}>{tags.length === 0 ? t('tags.none') : t('tags.notFound')}</p>}
      {isNew && mayCreate && (
        <UnstyledButton className={classes.create} disabled={create.isPending} onClick={() => create.mutate(find.trim())}>
          <Plus size={14} aria-hidden />
          {t('tags.create', { name: find.trim() })}
        </UnstyledButton>
      )}
    </>
  )
}

type TagEditorProps = { conversation: Conversation; opened: boolean; onOpen: (opened: boolean) => void; children: ReactNode }

/** Ticks take effect at once: no button to confirm. `children` is the button it opens from. */
export function TagEditor({ conversation, opened, onOpen, children }: TagEditorProps) {
  const { t } = useTranslation('inbox')
  return (
    <Popover opened={opened} onChange={onOpen} width={240} position="bottom-start" trapFocus returnFocus withRoles>
      <Popover.Target>{children}</Popover.Target>
      <Popover.Dropdown p="xs" aria-label={t('tags.edit')}>
        <TagChoices conversation={conversation} />
      </Popover.Dropdown>
    </Popover>
  )
}

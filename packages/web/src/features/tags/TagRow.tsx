import type { Tag } from '@atende/contracts/tags'
import { ActionIcon, Popover, TextInput } from '@mantine/core'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Row } from '../../ui/Section.tsx'
import { toast } from '../../ui/toast.ts'
import { ColorPicker } from './ColorPicker.tsx'
import { DeleteTag } from './DeleteTag.tsx'
import { TagChip } from './TagChip.tsx'
import classes from './TagRow.module.css'
import { useDeleteTag, useUpdateTag } from './tag-mutations.ts'

function NameField({ tag }: { tag: Tag }) {
  const { t } = useTranslation('tags')
  const [name, setName] = useState(tag.name)
  const update = useUpdateTag(tag.id)
  const save = (): void => {
    const next = name.trim()
    if (next === '' || next === tag.name) setName(tag.name)
    else update.mutate({ name: next }, { onError: () => setName(tag.name) })
  }
  return (
    <TextInput
      className={classes.grow}
      variant="unstyled"
      classNames={{ input: classes.name }}
      aria-label={t('nameOf', { name: tag.name })}
      value={name}
      maxLength={40}
      onChange={(event) => setName(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') setName(tag.name)
      }}
    />
  )
}

export function TagRow({ tag, mayWrite }: { tag: Tag; mayWrite: boolean }) {
  const { t } = useTranslation('tags')
  const update = useUpdateTag(tag.id)
  const remove = useDeleteTag(tag.id)
  const [asking, setAsking] = useState(false)
  if (!mayWrite) {
    return (
      <Row>
        <TagChip tag={tag} />
      </Row>
    )
  }
  const confirm = (): void => remove.mutate(undefined, { onSuccess: () => toast(t('removed', { name: tag.name })) })
  return (
    <Row>
      <ColorPicker label={t('colorOf', { name: tag.name })} value={tag.color} onChange={(color) => update.mutate({ color })} />
      <NameField key={tag.name} tag={tag} />
      <span className={classes.sample}>
        <TagChip tag={tag} />
      </span>
      <Popover opened={asking} onChange={setAsking} position="bottom-end" width={300} trapFocus returnFocus>
        <Popover.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" onClick={() => setAsking(true)} aria-label={t('remove', { name: tag.name })}>
            <Trash2 size={17} aria-hidden />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown aria-label={t('remove', { name: tag.name })}>
          <DeleteTag tag={tag} onCancel={() => setAsking(false)} onConfirm={confirm} />
        </Popover.Dropdown>
      </Popover>
    </Row>
  )
}

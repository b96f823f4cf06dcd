import { Tag as TagIcon } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { SettingsFrame } from '../../shell/SettingsFrame.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { LoadedList } from '../../ui/LoadedList.tsx'
import { Section } from '../../ui/Section.tsx'
import { NewTag } from './NewTag.tsx'
import { TagRow } from './TagRow.tsx'
import { useTags } from './use-tags.ts'

function TagList() {
  const { t } = useTranslation('tags')
  const mayWrite = useCan('tags.write')
  const tags = useTags()
  return (
    <>
      {mayWrite && <NewTag />}
      <Section flush>
        <LoadedList query={tags} rows={6}>
          {(list) => (
            <>
              {list.length === 0 && (
                <EmptyState icon={<TagIcon size={24} aria-hidden />} title={t('emptyTitle')} text={mayWrite ? t('emptyText') : t('emptyReader')} />
              )}
              {list.map((tag) => (
                <TagRow key={tag.id} tag={tag} mayWrite={mayWrite} />
              ))}
            </>
          )}
        </LoadedList>
      </Section>
    </>
  )
}

export function TagsPage() {
  const { t } = useTranslation('tags')
  return (
    <SettingsFrame title={t('title')} text={t('text')} permission="tags.read">
      <TagList />
    </SettingsFrame>
  )
}

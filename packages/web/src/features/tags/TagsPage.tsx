import { Tag as TagIcon } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { BackLink } from '../../shell/BackLink.tsx'
import { RequirePermission } from '../../shell/RequirePermission.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Page } from '../../ui/Page.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
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
        {tags.isPending && <ListSkeleton rows={6} />}
        {tags.isError && <ErrorState compact error={tags.error} retry={() => void tags.refetch()} />}
        {tags.data?.length === 0 && (
          <EmptyState icon={<TagIcon size={24} aria-hidden />} title={t('emptyTitle')} text={mayWrite ? t('emptyText') : t('emptyReader')} />
        )}
        {tags.data?.map((tag) => (
          <TagRow key={tag.id} tag={tag} mayWrite={mayWrite} />
        ))}
      </Section>
    </>
  )
}

export function TagsPage() {
  const { t } = useTranslation(['tags', 'settings'])
  return (
    <Page>
      <PageHeader title={t('title')} text={t('text')} back={<BackLink to="/configuracoes" label={t('settings:back')} />} />
      <RequirePermission permission="tags.read">
        <TagList />
      </RequirePermission>
    </Page>
  )
}

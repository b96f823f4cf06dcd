import '../late-texts.ts'
import { Button } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { LayoutTemplate } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../../lib/session.ts'
import { BackLink } from '../../../shell/BackLink.tsx'
import { RequirePermission } from '../../../shell/RequirePermission.tsx'
import { EmptyState } from '../../../ui/EmptyState.tsx'
import { ErrorState } from '../../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../../ui/ListSkeleton.tsx'
import { Page } from '../../../ui/Page.tsx'
import { PageHeader } from '../../../ui/PageHeader.tsx'
import { Section } from '../../../ui/Section.tsx'
import { toast } from '../../../ui/toast.ts'
import { useChannels } from '../../channels/use-channels.ts'
import { useCreateTemplate } from '../use-templates.ts'
import { emptyDraft } from './draft.ts'
import { EditorFrame } from './EditorFrame.tsx'

function NewTemplate({ channelId }: { channelId: string }) {
  const { t } = useTranslation('templates')
  const navigate = useNavigate()
  const create = useCreateTemplate()
  return (
    <EditorFrame
      initial={emptyDraft(channelId)}
      locked="none"
      saving={create.isPending}
      error={create.error}
      onCancel={() => void navigate({ to: '/configuracoes/modelos', search: {} })}
      onSave={(draft) =>
        create.mutate(draft, {
          onSuccess: ({ id }) => {
            toast(t('form.created'))
            void navigate({ to: '/configuracoes/modelos/$templateId', params: { templateId: id }, search: {} })
          },
        })
      }
    />
  )
}

function WithChannel() {
  const { t } = useTranslation('templates')
  const channels = useChannels()
  const mayConnect = useCan('channels.manage')
  if (channels.isPending) return <ListSkeleton rows={6} />
  if (channels.isError) return <ErrorState error={channels.error} retry={() => void channels.refetch()} />
  const channel = channels.data.find((c) => c.releasedAt === null && c.status !== 'disabled') ?? channels.data.find((c) => c.releasedAt === null)
  if (channel) return <NewTemplate channelId={channel.id} />
  const toChannels = (
    <Button component={Link} to="/configuracoes/canais">
      {t('toChannels')}
    </Button>
  )
  return (
    <Section>
      <EmptyState icon={<LayoutTemplate size={24} aria-hidden />} title={t('noChannelTitle')} text={t('noChannelText')} action={mayConnect && toChannels} />
    </Section>
  )
}

export function NewTemplatePage() {
  const { t } = useTranslation('templates')
  return (
    <Page>
      <PageHeader title={t('form.newTitle')} text={t('form.newText')} back={<BackLink to="/configuracoes/modelos" label={t('title')} />} />
      <RequirePermission permission="templates.manage">
        <RequirePermission permission="channels.read">
          <WithChannel />
        </RequirePermission>
      </RequirePermission>
    </Page>
  )
}

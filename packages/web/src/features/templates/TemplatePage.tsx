import './late-texts.ts'
import { sampleValues, showTemplate } from '@atende/contracts/template-text'
import type { Template } from '@atende/contracts/templates'
import { Alert, Button, Group } from '@mantine/core'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { CalendarClock, Info, Pencil, Play, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { formatDateTime, formatRelative } from '../../lib/time.ts'
import { BackLink } from '../../shell/BackLink.tsx'
import { RequirePermission } from '../../shell/RequirePermission.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Page } from '../../ui/Page.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Section } from '../../ui/Section.tsx'
import { toast, toastError } from '../../ui/toast.ts'
import { useChannels } from '../channels/use-channels.ts'
import { DeleteTemplate } from './DeleteTemplate.tsx'
import { EditTemplate } from './editor/EditTemplate.tsx'
import { PhonePreview } from './PhonePreview.tsx'
import { formatPrice, QualityPill, StatusPill, useLanguageName } from './TemplateBadges.tsx'
import classes from './TemplatePage.module.css'
import { useSampleMedia } from './use-sample-media.ts'
import { useTemplate, useUnpauseTemplate } from './use-templates.ts'

function Reason({ template: { reason, status } }: { template: Template }) {
  const { t } = useTranslation('templates')
  if (reason === null) return null
  const waiting = status === 'PENDING' || status === 'IN_APPEAL' || status === 'APPROVED'
  const Icon = waiting ? Info : TriangleAlert
  return (
    <Alert color={waiting ? 'sea' : 'amber'} variant="light" icon={<Icon size={18} aria-hidden />} mb="md" title={reason.title}>
      {reason.action}
      {reason.details !== null && <div className={classes.details}>{t('detail.meta', { details: reason.details })}</div>}
    </Alert>
  )
}

function CategoryChange({ change }: { change: Template['categoryChange'] }) {
  const { t } = useTranslation('templates')
  if (change === null) return null
  const when = change.at === null ? '' : t('changesAt', { when: formatDateTime(change.at) })
  return (
    <Alert color="amber" variant="light" icon={<CalendarClock size={18} aria-hidden />} mb="md">
      {t('changes', { to: t(`category.${change.to}`), when })}
    </Alert>
  )
}

function TemplateFacts({ template }: { template: Template }) {
  const { t } = useTranslation('templates')
  const languageName = useLanguageName()
  const channels = useChannels().data ?? []
  const names = template.channelIds.map((id) => channels.find((c) => c.id === id)?.name).filter(Boolean)
  const cost = template.estimatedCost
  return (
    <Facts
      facts={[
        [t('detail.category'), t(`category.${template.category}`)],
        [t('detail.language'), languageName(template.language)],
        [t('detail.cost'), cost === null ? t('costUnknown') : t('cost', { price: formatPrice(cost) })],
        [t('detail.quality'), template.quality === 'UNKNOWN' ? t('quality.UNKNOWN') : <QualityPill key="quality" quality={template.quality} />],
        [t('detail.numbers'), names.join(', ')],
        [t('detail.format'), template.parts.variables.length > 0 ? t(`detail.formatOf.${template.parameterFormat}`) : null],
        [t('detail.synced'), template.syncedAt === null ? null : formatRelative(template.syncedAt)],
      ]}
    />
  )
}

function Actions({ template }: { template: Template }) {
  const { t } = useTranslation('templates')
  const navigate = useNavigate({ from: '/configuracoes/modelos/$templateId' })
  const unpause = useUnpauseTemplate(template.id)
  const editable = template.status === 'APPROVED' || template.status === 'REJECTED' || template.status === 'PAUSED'
  return (
    <Group gap="xs">
      {template.status === 'PAUSED' && (
        <Button
          variant="default"
          leftSection={<Play size={15} aria-hidden />}
          loading={unpause.isPending}
          onClick={() => unpause.mutate(undefined, { onSuccess: () => toast(t('detail.unpaused')), onError: toastError })}
        >
          {t('detail.unpause')}
        </Button>
      )}
      {editable && (
        <Button leftSection={<Pencil size={15} aria-hidden />} onClick={() => void navigate({ search: { editar: true } })}>
          {t('detail.edit')}
        </Button>
      )}
    </Group>
  )
}

function Detail({ template }: { template: Template }) {
  const { t } = useTranslation('templates')
  const mayManage = useCan('templates.manage')
  const shown = useSampleMedia(template.parts, showTemplate(template, sampleValues(template.parts)))
  return (
    <>
      <PageHeader
        title={template.name}
        text={<StatusPill template={template} />}
        back={<BackLink to="/configuracoes/modelos" label={t('title')} />}
        actions={mayManage && <Actions template={template} />}
      />
      <Reason template={template} />
      <CategoryChange change={template.categoryChange} />
      <div className={classes.columns}>
        <Section title={t('detail.preview')} text={t('detail.previewNote')}>
          <PhonePreview shown={shown} offer={template.parts.offer?.text ?? null} />
        </Section>
        <div>
          <Section title={t('detail.facts')}>
            <TemplateFacts template={template} />
          </Section>
          {mayManage && <DeleteTemplate template={template} />}
        </div>
      </div>
    </>
  )
}

function Loaded({ templateId }: { templateId: string }) {
  const { t } = useTranslation('templates')
  const { editar } = useSearch({ from: '/app/configuracoes/modelos/$templateId' })
  const mayManage = useCan('templates.manage')
  const { data: template, error, refetch } = useTemplate(templateId)
  if (template !== undefined) return editar && mayManage ? <EditTemplate key={template.id} template={template} /> : <Detail template={template} />
  return (
    <>
      <PageHeader title={t('title')} back={<BackLink to="/configuracoes/modelos" label={t('title')} />} />
      {error === null ? (
        <Section flush>
          <ListSkeleton rows={5} />
        </Section>
      ) : (
        <ErrorState error={error} retry={() => void refetch()} />
      )}
    </>
  )
}

export function TemplatePage() {
  const { templateId } = useParams({ from: '/app/configuracoes/modelos/$templateId' })
  return (
    <Page>
      <RequirePermission permission="templates.read">
        <Loaded templateId={templateId} />
      </RequirePermission>
    </Page>
  )
}

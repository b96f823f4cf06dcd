import type { Template } from '@atende/contracts/templates'
import { Button, Center } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { ChevronRight, LayoutTemplate } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import rows from '../../ui/rows.module.css'
import { Section } from '../../ui/Section.tsx'
import { useChannels } from '../channels/use-channels.ts'
import { firstLine } from './first-line.ts'
import { formatPrice, QualityPill, StatusPill, useLanguageName } from './TemplateBadges.tsx'
import classes from './TemplateList.module.css'
import { type TemplateFilter, useTemplates } from './use-templates.ts'

function TemplateRow({ template }: { template: Template }) {
  const { t } = useTranslation('templates')
  const languageName = useLanguageName()
  const { estimatedCost: cost, categoryChange } = template
  return (
    <Link to="/configuracoes/modelos/$templateId" params={{ templateId: template.id }} className={rows.link}>
      <span className={`${rows.words} ${classes.words}`}>
        <span className={classes.head}>
          <span className={classes.name}>{template.name}</span>
          <StatusPill template={template} />
          <QualityPill quality={template.quality} />
        </span>
        <span className={classes.body}>{firstLine(template)}</span>
        {template.reason !== null && template.status !== 'PENDING' && <span className={classes.reason}>{template.reason.title}</span>}
        {categoryChange !== null && <span className={classes.reason}>{t('changes', { to: t(`category.${categoryChange.to}`), when: '' })}</span>}
        <span className={classes.facts}>
          <span>{t(`category.${template.category}`)}</span>
          <span>{languageName(template.language)}</span>
          {cost !== null && <span title={t('costHint')}>{t('cost', { price: formatPrice(cost) })}</span>}
        </span>
      </span>
      <ChevronRight size={17} className={rows.arrow} aria-hidden />
    </Link>
  )
}

function Nothing({ filtered, mayManage }: { filtered: boolean; mayManage: boolean }) {
  const { t } = useTranslation('templates')
  const navigate = useNavigate({ from: '/configuracoes/modelos' })
  const channels = useChannels()
  const mayConnect = useCan('channels.manage')
  const icon = <LayoutTemplate size={24} aria-hidden />
  if (filtered) {
    const clear = (
      <Button variant="default" onClick={() => void navigate({ search: {} })}>
        {t('clear')}
      </Button>
    )
    return <EmptyState icon={icon} title={t('noneTitle')} text={t('noneText')} action={clear} />
  }
  if (channels.data?.length === 0) {
    const toChannels = (
      <Button component={Link} to="/configuracoes/canais">
        {t('toChannels')}
      </Button>
    )
    return <EmptyState icon={icon} title={t('noChannelTitle')} text={t('noChannelText')} action={mayConnect && toChannels} />
  }
  const create = (
    <Button component={Link} to="/configuracoes/modelos/novo">
      {t('new')}
    </Button>
  )
  return <EmptyState icon={icon} title={t('emptyTitle')} text={mayManage ? t('emptyText') : t('emptyReader')} action={mayManage && create} />
}

export function TemplateList({ mayManage }: { mayManage: boolean }) {
  const { t } = useTranslation('templates')
  const { q, situacao, categoria, idioma, canal } = useSearch({ from: '/app/configuracoes/modelos' })
  const filter: TemplateFilter = {
    ...(q ? { q } : {}),
    ...(situacao ? { status: situacao } : {}),
    ...(categoria ? { category: categoria } : {}),
    ...(idioma ? { language: idioma } : {}),
    ...(canal ? { channelId: canal } : {}),
  }
  const list = useTemplates(filter)
  const templates = list.data?.pages.flatMap((page) => page.items)
  return (
    <>
      <Section flush>
        {list.isPending && <ListSkeleton rows={6} />}
        {list.isError && templates === undefined && <ErrorState compact error={list.error} retry={() => void list.refetch()} />}
        {templates?.length === 0 && <Nothing filtered={Object.keys(filter).length > 0} mayManage={mayManage} />}
        {templates?.map((template) => (
          <TemplateRow key={template.id} template={template} />
        ))}
      </Section>
      {list.hasNextPage && (
        <Center>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('more')}
          </Button>
        </Center>
      )}
    </>
  )
}

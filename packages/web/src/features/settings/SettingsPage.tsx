import { TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import {
  Activity,
  Building2,
  ChartColumn,
  ChevronRight,
  KeyRound,
  LayoutTemplate,
  LogIn,
  MessageCircle,
  Search,
  ShieldAlert,
  ShieldCheck,
  Tag,
  UserRound,
  Users,
  Webhook,
} from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '../../lib/session.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Page } from '../../ui/Page.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import rows from '../../ui/rows.module.css'
import { matchesWords } from './matches-words.ts'
import classes from './SettingsPage.module.css'

const PAGES = [
  { name: 'profile', to: '/configuracoes/perfil', icon: UserRound, group: 'you', permission: null },
  { name: 'team', to: '/configuracoes/equipe', icon: Users, group: 'company', permission: 'users.read' },
  { name: 'roles', to: '/configuracoes/papeis', icon: ShieldCheck, group: 'company', permission: 'users.manage' },
  { name: 'channels', to: '/configuracoes/canais', icon: MessageCircle, group: 'company', permission: 'channels.read' },
  { name: 'templates', to: '/configuracoes/modelos', icon: LayoutTemplate, group: 'company', permission: 'templates.read' },
  { name: 'tags', to: '/configuracoes/etiquetas', icon: Tag, group: 'company', permission: 'tags.read' },
  { name: 'company', to: '/configuracoes/empresa', icon: Building2, group: 'company', permission: 'tenant.read' },
  { name: 'security', to: '/configuracoes/seguranca', icon: ShieldCheck, group: 'company', permission: 'tenant.manage' },
  { name: 'sso', to: '/configuracoes/login-unico', icon: LogIn, group: 'company', permission: 'tenant.manage' },
  { name: 'usage', to: '/configuracoes/uso', icon: ChartColumn, group: 'company', permission: 'usage.read' },
  { name: 'apiKeys', to: '/configuracoes/chaves-de-api', icon: KeyRound, group: 'company', permission: 'api_keys.manage' },
  { name: 'events', to: '/configuracoes/eventos', icon: Webhook, group: 'company', permission: 'webhooks.read' },
  { name: 'serverStatus', to: '/servidor', icon: Activity, group: 'server', permission: 'server.manage' },
  { name: 'limits', to: '/servidor/limites', icon: ShieldAlert, group: 'server', permission: 'server.manage' },
  { name: 'audit', to: '/configuracoes/auditoria', icon: ShieldCheck, group: 'company', permission: 'audit.read' },
  { name: 'serverAudit', to: '/configuracoes/auditoria', icon: ShieldCheck, group: 'company', permission: 'server.manage' },
] as const

type SettingsEntry = (typeof PAGES)[number]

function EntryLink({ page }: { page: SettingsEntry }) {
  const { t } = useTranslation('settings')
  const Icon = page.icon
  return (
    <Link to={page.to} className={rows.link}>
      <span className={classes.icon}>
        <Icon size={19} aria-hidden />
      </span>
      <span className={rows.words}>
        <span className={classes.name}>{t(`page.${page.name}.title`)}</span>
        <span className={classes.text}>{t(`page.${page.name}.text`)}</span>
      </span>
      <ChevronRight size={17} className={rows.arrow} aria-hidden />
    </Link>
  )
}

export function SettingsPage() {
  const { t } = useTranslation('settings')
  const { permissions } = useMe().user
  const [word, setWord] = useState('')
  const shown = PAGES.filter((page) => page.permission === null || permissions.includes(page.permission)).filter((page) =>
    matchesWords(word, [t(`page.${page.name}.title`), t(`page.${page.name}.text`), t(`page.${page.name}.words`)]),
  )
  return (
    <Page>
      <PageHeader title={t('title')} text={t('text')} />
      <TextInput
        type="search"
        value={word}
        onChange={(event) => setWord(event.currentTarget.value)}
        placeholder={t('search')}
        aria-label={t('search')}
        leftSection={<Search size={16} aria-hidden />}
        mb="xl"
        maw={420}
      />
      {shown.length === 0 && <EmptyState title={t('nothingTitle', { word })} text={t('nothingText')} />}
      {(['you', 'company', 'server'] as const).map((group) => {
        const pages = shown.filter((page) => page.group === group)
        if (pages.length === 0) return null
        return (
          <section key={group} className={classes.group}>
            <h2 className={classes.groupName}>{t(`group.${group}`)}</h2>
            <div className={classes.list}>
              {pages.map((page) => (
                <EntryLink key={page.name} page={page} />
              ))}
            </div>
          </section>
        )
      })}
    </Page>
  )
}

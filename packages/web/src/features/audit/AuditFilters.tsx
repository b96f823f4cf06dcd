import { AuditOutcome } from '@atende/contracts/audit'
import { Button, Select, Switch, TextInput } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { useUsers } from '../users/use-users.ts'
import classes from './AuditFilters.module.css'
import { actionOptions } from './action-name.ts'
import type { Filters } from './use-audit.ts'

function People({ value, onChange }: { value: string | null; onChange: (id: string | null) => void }) {
  const { t } = useTranslation('audit')
  const data = (useUsers().data ?? []).map((user) => ({ value: user.id, label: user.name }))
  return <Select label={t('filter.person')} clearable searchable value={value} onChange={onChange} data={data} />
}

/** The filters stand in the address, so that a colleague sees the same lines. */
export function AuditFilters() {
  const { t } = useTranslation('audit')
  const search = useSearch({ from: '/app/configuracoes/auditoria' })
  const navigate = useNavigate({ from: '/configuracoes/auditoria' })
  const mayListPeople = useCan('users.read')
  const set = (change: Filters): void => void navigate({ search: (was) => ({ ...was, ...change }), replace: true })
  const none = Object.values(search).every((value) => value === undefined)
  return (
    <div className={classes.filters}>
      {mayListPeople && <People value={search.pessoa ?? null} onChange={(id) => set({ pessoa: id ?? undefined })} />}
      <Select
        label={t('filter.action')}
        clearable
        searchable
        value={search.acao ?? null}
        onChange={(value) => set({ acao: value ?? undefined })}
        data={actionOptions()}
      />
      <Select
        label={t('filter.outcome')}
        clearable
        value={search.resultado ?? null}
        onChange={(value) => set({ resultado: AuditOutcome.safeParse(value).data })}
        data={AuditOutcome.options.map((value) => ({ value, label: t(`outcome.${value}`) }))}
      />
      <TextInput type="date" label={t('filter.from')} value={search.de ?? ''} onChange={(event) => set({ de: event.currentTarget.value || undefined })} />
      <TextInput type="date" label={t('filter.to')} value={search.ate ?? ''} onChange={(event) => set({ ate: event.currentTarget.value || undefined })} />
      {!none && (
        <Button
          variant="subtle"
          onClick={() => set({ pessoa: undefined, acao: undefined, resultado: undefined, de: undefined, ate: undefined, consultas: undefined })}
        >
          {t('filter.clear')}
        </Button>
      )}
      <Switch
        className={classes.calls}
        label={t('filter.calls')}
        checked={search.consultas ?? false}
        onChange={(event) => set({ consultas: event.currentTarget.checked || undefined })}
      />
    </div>
  )
}

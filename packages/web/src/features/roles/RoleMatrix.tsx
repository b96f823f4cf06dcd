import type { Permission } from '@atende/contracts/access'
import type { Roles } from '@atende/contracts/roles'
import { Check } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Section } from '../../ui/Section.tsx'
import { PERMISSION_GROUPS } from './permission-groups.ts'
import classes from './Roles.module.css'

type Column = { key: string; name: string; permissions: readonly Permission[] }

function Cell({ has }: { has: boolean }) {
  const { t } = useTranslation('roles')
  return (
    <td className={has ? classes.yes : classes.no}>
      {has ? <Check size={16} aria-hidden /> : <span aria-hidden>–</span>}
      <span className={classes.hidden}>{has ? t('yes') : t('no')}</span>
    </td>
  )
}

function Lines({ list, columns }: { list: readonly Permission[]; columns: readonly Column[] }) {
  const { t } = useTranslation('roles')
  return list.map((p) => (
    <tr key={p}>
      <th scope="row">{t(`permission.${p}`)}</th>
      {columns.map((column) => (
        <Cell key={column.key} has={column.permissions.includes(p)} />
      ))}
    </tr>
  ))
}

/** Who may do what, all of it. */
export function RoleMatrix({ roles }: { roles: Roles }) {
  const { t } = useTranslation(['roles', 'common'])
  const columns: Column[] = [
    ...roles.builtIn.map((r) => ({ key: r.role, name: t(`common:role.${r.role}`), permissions: r.permissions })),
    ...roles.custom.map((r) => ({ key: r.id, name: r.name, permissions: r.permissions })),
  ]
  return (
    <Section flush title={t('table')} text={t('tableText')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={t('table')}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t('permissionColumn')}</th>
              {columns.map((column) => (
                <th key={column.key} scope="col">
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          {PERMISSION_GROUPS.map(([group, list]) => (
            <tbody key={group}>
              <tr>
                <th scope="rowgroup" colSpan={columns.length + 1}>
                  {t(`group.${group}`)}
                </th>
              </tr>
              <Lines list={list} columns={columns} />
            </tbody>
          ))}
        </table>
      </section>
    </Section>
  )
}

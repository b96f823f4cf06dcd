import type { Sight } from '@atende/contracts/access'
import { Stack, Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Section } from '../../ui/Section.tsx'
import { toast, toastError } from '../../ui/toast.ts'
import { useTenant, useUpdateTenant } from '../tenant/use-tenant.ts'

function Switches({ kept }: { kept: Sight }) {
  const { t } = useTranslation('roles')
  const locked = !useCan('tenant.manage')
  const update = useUpdateTenant()
  // Shown at once, as the server will most likely agree.
  const rule = (update.isPending ? update.variables.attendantsSee : undefined) ?? kept
  const set = (attendantsSee: Sight): void => update.mutate({ attendantsSee }, { onSuccess: () => toast(t('sight.saved')), onError: toastError })
  return (
    <Stack gap="md">
      <Switch
        label={t('sight.own')}
        description={t('sight.ownHint')}
        checked={rule !== 'all'}
        disabled={locked || update.isPending}
        // The gentler of both first: nobody loses sight of the new ones by surprise.
        onChange={() => set(rule === 'all' ? 'own_and_unassigned' : 'all')}
      />
      <Switch
        label={t('sight.open')}
        description={t('sight.openHint')}
        checked={rule !== 'own'}
        disabled={locked || update.isPending || rule === 'all'}
        onChange={() => set(rule === 'own' ? 'own_and_unassigned' : 'own')}
      />
    </Stack>
  )
}

/** Whose conversations attendants see. */
export function SightSection() {
  const { t } = useTranslation('roles')
  const tenant = useTenant()
  return (
    <Section title={t('sight.title')} text={t('sight.text')}>
      {tenant.isPending && <ListSkeleton rows={2} />}
      {tenant.isError && <ErrorState compact error={tenant.error} retry={() => void tenant.refetch()} />}
      {tenant.data && <Switches kept={tenant.data.attendantsSee} />}
    </Section>
  )
}

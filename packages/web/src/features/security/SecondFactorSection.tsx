import './late-texts.ts'
import { SecondFactorPolicy, TenantSecurity } from '@atende/contracts/factors'
import { Radio, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Section } from '../../ui/Section.tsx'
import { toast, toastError } from '../../ui/toast.ts'

const PATH = '/api/tenants/current/security'

/** Whose second factor the company requires. */
export function SecondFactorSection() {
  const { t } = useTranslation('security')
  const security = useQuery({ queryKey: keys.tenantSecurity, queryFn: ({ signal }) => api(TenantSecurity, 'GET', PATH, { signal }) })
  const change = useMutation({
    mutationFn: (secondFactor: SecondFactorPolicy) => api(TenantSecurity, 'PATCH', PATH, { body: { secondFactor } }),
    onSuccess: (after) => {
      queryClient.setQueryData(keys.tenantSecurity, after)
      toast(t('factor.saved'))
    },
    onError: toastError,
  })
  if (security.data === undefined) {
    return (
      <Section flush title={t('factor.title')} text={t('factor.text')}>
        {security.isError ? <ErrorState compact error={security.error} retry={() => void security.refetch()} /> : <ListSkeleton rows={3} />}
      </Section>
    )
  }
  const { secondFactor, ...counts } = security.data
  return (
    <Section title={t('factor.title')} text={t('factor.text')}>
      <Radio.Group
        aria-label={t('factor.label')}
        value={change.isPending ? change.variables : secondFactor}
        onChange={(value) => change.mutate(SecondFactorPolicy.parse(value))}
      >
        <Stack gap="sm">
          {SecondFactorPolicy.options.map((policy) => (
            <Radio key={policy} value={policy} label={t(`factor.${policy}`)} disabled={change.isPending} />
          ))}
        </Stack>
      </Radio.Group>
      <Text size="xs" c="dimmed" mt="md">
        {t('factor.have', counts)}
      </Text>
    </Section>
  )
}

import { Alert, Button, Stack } from '@mantine/core'
import { PlugZap } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { FormError } from '../../../ui/FormError.tsx'
import { useTestSso } from './use-sso.ts'

/** Asks the provider of the form, saved or not. */
export function TestProvider({ issuer }: { issuer: string }) {
  const { t } = useTranslation('sso')
  const test = useTestSso()
  return (
    <Stack gap="sm" align="flex-start">
      <Button
        variant="default"
        leftSection={<PlugZap size={16} aria-hidden />}
        disabled={issuer.trim() === ''}
        loading={test.isPending}
        onClick={() => test.mutate(issuer.trim())}
      >
        {t('test')}
      </Button>
      <FormError error={test.error} />
      {test.data !== undefined && (
        <Alert color={test.data.outcome === 'ok' ? 'teal' : 'red'} variant="light" role="status">
          {t(`tested.${test.data.outcome}`, { host: test.data.authorizationHost ?? '' })}
        </Alert>
      )}
    </Stack>
  )
}

import './late-texts.ts'
import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { KeyRound } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isApiError } from '../../lib/api-error.ts'
import { goToSso, knownCompany, useEntry } from './use-entry.ts'

type SsoEntryProps = { company: string | undefined; returnTo: string }

function CompanyField({ returnTo, onBack }: { returnTo: string; onBack: () => void }) {
  const { t } = useTranslation('account')
  const [company, setCompany] = useState(knownCompany() ?? '')
  const go = (event: FormEvent): void => {
    event.preventDefault()
    if (company.trim() !== '') goToSso(company.trim().toLowerCase(), returnTo)
  }
  return (
    <form noValidate onSubmit={go}>
      <Stack gap="sm">
        <TextInput
          label={t('sso.company')}
          description={t('sso.companyHint')}
          value={company}
          onChange={(event) => setCompany(event.currentTarget.value)}
          autoCapitalize="none"
          autoComplete="organization"
          autoFocus
          maxLength={60}
          size="md"
        />
        <Group gap="xs">
          <Button type="submit" disabled={company.trim() === ''}>
            {t('sso.go')}
          </Button>
          <Button variant="subtle" color="gray" onClick={onBack}>
            {t('sso.back')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** The company's own way in, where it has one; otherwise the question which company it is. */
export function SsoEntry({ company, returnTo }: SsoEntryProps) {
  const { t } = useTranslation('account')
  const [asking, setAsking] = useState(false)
  const sso = useEntry(company ?? knownCompany()).data?.sso ?? null
  return (
    <Stack gap="md" mt="lg">
      {sso !== null && (
        <>
          <Button size="md" variant="default" fullWidth leftSection={<KeyRound size={17} aria-hidden />} onClick={() => goToSso(sso.company, returnTo)}>
            {t('sso.enter', { label: sso.label })}
          </Button>
          {sso.passwordsRefused && (
            <Text size="xs" c="dimmed">
              {t('sso.only')}
            </Text>
          )}
        </>
      )}
      {asking && <CompanyField returnTo={returnTo} onBack={() => setAsking(false)} />}
      {!asking && sso === null && (
        <Button variant="subtle" color="gray" leftSection={<KeyRound size={16} aria-hidden />} onClick={() => setAsking(true)}>
          {t('sso.offer')}
        </Button>
      )}
    </Stack>
  )
}

export const isSsoRequired = (error: unknown): boolean => isApiError(error) && error.code === 'sso_required'

/** The password was right, but this company is entered otherwise. */
export function SsoRequired({ error, returnTo }: { error: unknown; returnTo: string }) {
  const { t } = useTranslation('account')
  const company = isApiError(error) && error.code === 'sso_required' ? error.errors.find((e) => e.path === 'company')?.message : undefined
  if (company === undefined) return null
  return (
    <Alert color="amber" variant="light" role="alert">
      <Stack gap="sm" align="flex-start">
        {t('sso.required')}
        <Button size="xs" onClick={() => goToSso(company, returnTo)}>
          {t('sso.requiredGo')}
        </Button>
      </Stack>
    </Alert>
  )
}

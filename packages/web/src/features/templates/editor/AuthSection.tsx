import type { TemplateButton, TemplateParts } from '@atende/contracts/templates'
import { Group, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { PartProblem, useProblem } from './problems.tsx'

type Otp = Extract<TemplateButton, { kind: 'otp' }>
const KINDS = ['COPY_CODE', 'ONE_TAP', 'ZERO_TAP'] as const

function AppFields({ otp, onChange }: { otp: Otp; onChange: (otp: Otp) => void }) {
  const { t } = useTranslation('templates')
  const packageError = useProblem('parts.buttons.0.apps.0.packageName')
  const hashError = useProblem('parts.buttons.0.apps.0.signatureHash')
  const app = otp.apps?.[0] ?? { packageName: '', signatureHash: '' }
  return (
    <Group grow align="flex-start">
      <TextInput
        label={t('form.appPackage')}
        placeholder="com.empresa.app"
        value={app.packageName}
        error={packageError}
        onChange={(e) => onChange({ ...otp, apps: [{ ...app, packageName: e.currentTarget.value.trim() }] })}
      />
      <TextInput
        label={t('form.appHash')}
        maxLength={11}
        value={app.signatureHash}
        error={hashError}
        onChange={(e) => onChange({ ...otp, apps: [{ ...app, signatureHash: e.currentTarget.value.trim() }] })}
      />
    </Group>
  )
}

export function AuthSection({ parts, onChange }: { parts: TemplateParts; onChange: (parts: TemplateParts) => void }) {
  const { t } = useTranslation('templates')
  const auth = parts.auth ?? { securityAdvice: true, expiresMinutes: null }
  const found = parts.buttons[0]
  const otp: Otp = found?.kind === 'otp' ? found : { kind: 'otp', otp: 'COPY_CODE' }
  const set = (change: Partial<typeof auth>): void => onChange({ ...parts, auth: { ...auth, ...change } })
  const setOtp = (next: Otp): void => onChange({ ...parts, buttons: [next] })
  return (
    <Stack gap="sm">
      <Switch label={t('form.authAdvice')} checked={auth.securityAdvice} onChange={(e) => set({ securityAdvice: e.currentTarget.checked })} />
      <Switch
        label={t('form.authExpires')}
        checked={auth.expiresMinutes !== null}
        onChange={(e) => set({ expiresMinutes: e.currentTarget.checked ? 10 : null })}
      />
      {auth.expiresMinutes !== null && (
        <NumberInput
          label={t('form.authMinutes')}
          min={1}
          max={90}
          clampBehavior="strict"
          allowDecimal={false}
          w={120}
          value={auth.expiresMinutes}
          onChange={(value) => set({ expiresMinutes: Math.max(1, Number(value) || 1) })}
        />
      )}
      <Group grow align="flex-start">
        <Select
          label={t('form.authButton')}
          allowDeselect={false}
          value={otp.otp}
          onChange={(value) => setOtp({ ...otp, otp: KINDS.find((k) => k === value) ?? 'COPY_CODE' })}
          data={KINDS.map((value) => ({ value, label: t(`form.otp.${value}`) }))}
        />
        <TextInput label={t('form.otpText')} maxLength={25} value={otp.text ?? ''} onChange={(e) => setOtp({ ...otp, text: e.currentTarget.value })} />
      </Group>
      {otp.otp !== 'COPY_CODE' && <AppFields otp={otp} onChange={setOtp} />}
      <PartProblem path="parts.buttons.0.apps" />
      <PartProblem path="parts.buttons" />
    </Stack>
  )
}

import './late-texts.ts'
import type { Factors, Passkey } from '@atende/contracts/factors'
import { Button, Group, TextInput } from '@mantine/core'
import { Fingerprint, KeyRound } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDate, formatRelative } from '../../../lib/time.ts'
import { ConfirmButton } from '../../../ui/ConfirmButton.tsx'
import { Dialog } from '../../../ui/Dialog.tsx'
import { EmptyState } from '../../../ui/EmptyState.tsx'
import { FormError } from '../../../ui/FormError.tsx'
import { Section } from '../../../ui/Section.tsx'
import { toast, toastError } from '../../../ui/toast.ts'
import { FactorRow } from './FactorRow.tsx'
import { PasskeySetup } from './PasskeySetup.tsx'
import { passkeyReady } from './passkey-ready.ts'
import { useRemovePasskey, useRenamePasskey } from './use-factors.ts'

function Rename({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const { t } = useTranslation(['factors', 'common'])
  const [name, setName] = useState(passkey.name)
  const rename = useRenamePasskey(passkey.id)
  const done = (): void => {
    toast(t('passkeys.renamed'))
    onClose()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (name.trim() !== '') rename.mutate(name.trim(), { onSuccess: done })
  }
  return (
    <Dialog title={t('passkeys.rename')} size={400} onClose={onClose}>
      <form noValidate onSubmit={submit}>
        <FormError error={rename.error} />
        <TextInput label={t('passkeys.name')} maxLength={60} data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Group justify="flex-end" gap="xs" mt="md">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button type="submit" loading={rename.isPending} disabled={name.trim() === ''}>
            {t('common:action.save')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}

function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const { t } = useTranslation('factors')
  const [renaming, setRenaming] = useState(false)
  const remove = useRemovePasskey(passkey.id)
  const { name } = passkey
  const details = [
    passkey.lastUsedAt === null ? t('passkeys.never') : t('passkeys.used', { when: formatRelative(passkey.lastUsedAt) }),
    t('passkeys.since', { when: formatDate(passkey.createdAt) }),
    passkey.backedUp ? t('passkeys.synced') : null,
  ]
  return (
    <FactorRow icon={KeyRound} name={name} text={details.filter(Boolean).join(' · ')}>
      <Button variant="default" size="xs" onClick={() => setRenaming(true)} aria-label={t('passkeys.renameLabel', { name })}>
        {t('passkeys.rename')}
      </Button>
      <ConfirmButton
        variant="default"
        size="xs"
        loading={remove.isPending}
        aria-label={t('passkeys.removeLabel', { name })}
        question={t('passkeys.removeQuestion', { name })}
        verb={t('passkeys.remove')}
        onConfirm={() => remove.mutate(undefined, { onSuccess: () => toast(t('passkeys.removed')), onError: toastError })}
      >
        {t('passkeys.remove')}
      </ConfirmButton>
      {renaming && <Rename passkey={passkey} onClose={() => setRenaming(false)} />}
    </FactorRow>
  )
}

/** Keys of the person's devices, with which they log in without a password. */
export function Passkeys({ factors, onCodes }: { factors: Factors; onCodes: (codes: string[] | null) => void }) {
  const { t } = useTranslation('factors')
  const [adding, setAdding] = useState(false)
  const { passkeys, passkeysPossible } = factors
  const possible = passkeysPossible && passkeyReady()
  const done = (codes: string[] | null): void => {
    setAdding(false)
    toast(t('passkeys.created'))
    onCodes(codes)
  }
  // The browser offers passkeys only on https and at an address with a name.
  const why = passkeysPossible && window.isSecureContext && !('PublicKeyCredential' in window) ? t('passkeys.noDevice') : t('passkeys.impossibleText')
  return (
    <Section
      flush
      title={t('passkeys.title')}
      text={t('passkeys.text')}
      actions={
        possible && (
          <Button variant="default" size="xs" onClick={() => setAdding(true)}>
            {t('passkeys.add')}
          </Button>
        )
      }
    >
      {passkeys.map((passkey) => (
        <PasskeyRow key={passkey.id} passkey={passkey} />
      ))}
      {passkeys.length === 0 && (
        <EmptyState
          compact
          icon={<Fingerprint size={24} aria-hidden />}
          title={possible ? t('passkeys.empty') : t('passkeys.impossible')}
          text={possible ? t('passkeys.emptyText') : why}
        />
      )}
      {adding && (
        <Dialog title={t('passkeys.add')} size={420} onClose={() => setAdding(false)}>
          <PasskeySetup onDone={done} onCancelled={() => setAdding(false)} />
        </Dialog>
      )}
    </Section>
  )
}

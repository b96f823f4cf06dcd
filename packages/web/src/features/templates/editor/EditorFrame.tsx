import { checkTemplate } from '@atende/contracts/template-rules'
import { sampleValues, showTemplate } from '@atende/contracts/template-text'
import type { TemplateProblem } from '@atende/contracts/template-values'
import { TemplateName } from '@atende/contracts/templates'
import { Alert, Button, Group } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isApiError } from '../../../lib/api-error.ts'
import { FormError } from '../../../ui/FormError.tsx'
import { Section } from '../../../ui/Section.tsx'
import { PhonePreview } from '../PhonePreview.tsx'
import { useSampleMedia } from '../use-sample-media.ts'
import { BasicsSection } from './BasicsSection.tsx'
import type { Draft } from './draft.ts'
import classes from './editor.module.css'
import { PartsSection } from './PartsSection.tsx'
import { ProblemsOf } from './problems.tsx'

const nameProblem = (name: string): TemplateProblem[] =>
  TemplateName.safeParse(name).success ? [] : [{ path: 'name', code: 'required', message: 'Dê um nome ao modelo, como confirmacao_de_reserva.' }]
const check = (draft: Draft): TemplateProblem[] => [...nameProblem(draft.name), ...checkTemplate(draft)]

function Preview({ draft }: { draft: Draft }) {
  const { t } = useTranslation('templates')
  const shown = useSampleMedia(draft.parts, showTemplate(draft, sampleValues(draft.parts)))
  return (
    <aside className={classes.preview} aria-label={t('detail.preview')}>
      <p className={classes.previewTitle}>{t('detail.preview')}</p>
      <PhonePreview shown={shown} offer={draft.parts.offer?.text ?? null} />
    </aside>
  )
}

type EditorFrameProps = {
  initial: Draft
  locked: 'none' | 'identity' | 'all'
  saving: boolean
  error: unknown
  onSave: (draft: Draft) => void
  onCancel: () => void
}

/** The form on the left, the phone on the right. What is wrong is said once somebody tried to save, and from then on at once. */
export function EditorFrame({ initial, locked, saving, error, onSave, onCancel }: EditorFrameProps) {
  const { t } = useTranslation('templates')
  const [draft, setDraft] = useState(initial)
  const [tried, setTried] = useState(false)
  const [refused, setRefused] = useState<{ draft: Draft } | null>(null)
  const own = tried ? check(draft) : []
  // What the server said is about the draft that was sent; it fades when something is changed.
  const theirs = isApiError(error) && refused?.draft === draft ? error.errors : []
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (check(draft).length > 0) return
    setRefused({ draft })
    onSave(draft)
  }
  return (
    <form noValidate onSubmit={submit} className={classes.columns}>
      <ProblemsOf problems={[...own, ...theirs]}>
        <div>
          <Section title={t('form.basics')}>
            <BasicsSection draft={draft} onChange={setDraft} locked={locked} />
          </Section>
          <Section title={t('form.layoutOf.message')}>
            <PartsSection draft={draft} onChange={(parts) => setDraft((was) => ({ ...was, parts }))} />
          </Section>
          {own.length > 0 && (
            <Alert color="red" variant="light" mb="md" role="alert">
              {t('form.fix', { count: own.length })}
            </Alert>
          )}
          {own.length === 0 && refused?.draft === draft && <FormError error={error} />}
          {own.length === 0 && refused?.draft === draft && isApiError(error) && error.detail !== null && <p className={classes.refusal}>{error.detail}</p>}
          <Group justify="flex-end" gap="xs" mt="md">
            <Button variant="default" onClick={onCancel}>
              {t('form.cancel')}
            </Button>
            <Button type="submit" loading={saving}>
              {t('form.save')}
            </Button>
          </Group>
        </div>
        <Preview draft={draft} />
      </ProblemsOf>
    </form>
  )
}

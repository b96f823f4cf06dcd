import type { Interactive, SendInteractive } from '@atende/contracts/messages'
import { Button, Checkbox, Group, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { addTexts } from '../../../../lib/i18n.ts'
import { Dialog } from '../../../../ui/Dialog.tsx'
import type { InteractiveKind } from '../InteractiveMenu.tsx'
import { CarouselFields } from './CarouselFields.tsx'
import { type Draft, emptyDraft, finish, LIMITS, type Problems } from './draft.ts'
import { HeaderField } from './HeaderField.tsx'
import classes from './Interactive.module.css'
import { InteractivePreview } from './InteractivePreview.tsx'
import { interactiveTexts } from './interactive.texts.ts'
import { LimitedField, useProblem } from './LimitedField.tsx'
import { ListFields } from './ListFields.tsx'
import { TitlesField } from './TitlesField.tsx'

addTexts('interactive', interactiveTexts)

type InteractiveDialogProps = { kind: InteractiveKind; onSend: (interactive: SendInteractive, shown: Interactive) => void; onClose: () => void }
type FieldsProps = { draft: Draft; problems: Problems; onChange: (patch: Partial<Draft>) => void }

function FlowFields({ draft, problems, onChange }: FieldsProps) {
  const { t } = useTranslation('interactive')
  const say = useProblem()
  return (
    <>
      <div className={classes.pair}>
        <TextInput
          label={t('flow.id')}
          inputMode="numeric"
          value={draft.flowId}
          error={say(problems.get('flowId'))}
          onChange={(event) => onChange({ flowId: event.currentTarget.value })}
        />
        <LimitedField
          label={t('flow.label')}
          value={draft.label}
          max={LIMITS.flowLabel}
          problem={problems.get('label')}
          onChange={(label) => onChange({ label })}
        />
      </div>
      <TextInput
        label={`${t('flow.screen')} (${t('optional')})`}
        description={t('flow.screenHint')}
        value={draft.screen}
        maxLength={80}
        onChange={(event) => onChange({ screen: event.currentTarget.value })}
      />
      <Checkbox label={t('flow.draft')} checked={draft.draft} onChange={(event) => onChange({ draft: event.currentTarget.checked })} />
    </>
  )
}

function ActionFields({ draft, problems, onChange }: FieldsProps) {
  const { t } = useTranslation('interactive')
  switch (draft.kind) {
    case 'buttons':
      return <TitlesField titles={draft.buttons} most={LIMITS.buttons} path="buttons" problems={problems} onChange={(buttons) => onChange({ buttons })} />
    case 'list':
      return <ListFields draft={draft} problems={problems} onChange={onChange} />
    case 'cta_url':
      return (
        <div className={classes.pair}>
          <LimitedField
            label={t('link.label')}
            value={draft.label}
            max={LIMITS.button}
            problem={problems.get('action.label')}
            onChange={(label) => onChange({ label })}
          />
          <LimitedField
            label={t('link.url')}
            value={draft.url}
            max={2000}
            placeholder="https://"
            problem={problems.get('action.url')}
            onChange={(url) => onChange({ url })}
          />
        </div>
      )
    case 'flow':
      return <FlowFields draft={draft} problems={problems} onChange={onChange} />
    case 'carousel':
      return <CarouselFields draft={draft} problems={problems} onChange={onChange} />
    default:
      return null
  }
}

const NO_PROBLEMS: Problems = new Map()

/** Writes a message that the customer answers with a touch, with what it will look like beside it. */
export function InteractiveDialog({ kind, onSend, onClose }: InteractiveDialogProps) {
  const { t } = useTranslation('interactive')
  const [draft, setDraft] = useState(() => emptyDraft(kind, { location: t('words.location'), contact: t('words.contact'), listButton: t('words.listButton') }))
  const [pressed, setPressed] = useState(false)
  const { ready, problems: found } = finish(draft)
  // Nobody is told that fields are empty before they had a chance to fill them.
  const problems = pressed ? found : NO_PROBLEMS
  const change = (patch: Partial<Draft>): void => setDraft((d) => ({ ...d, ...patch }))
  const framed = kind === 'buttons' || kind === 'list' || kind === 'cta_url' || kind === 'flow'
  const send = (): void => {
    setPressed(true)
    if (ready) onSend(ready.send, ready.shown)
  }
  return (
    <Dialog onClose={onClose} title={t(`title.${kind}`)} size={860}>
      <div className={classes.columns}>
        <div className={classes.fields}>
          <p className={classes.about}>{t(`about.${kind}`)}</p>
          {framed && <HeaderField draft={draft} problems={problems} onChange={change} />}
          <LimitedField
            label={t('body')}
            lines={3}
            autoFocus
            value={draft.body}
            max={kind === 'list' ? LIMITS.listBody : LIMITS.body}
            problem={problems.get('body')}
            onChange={(body) => change({ body })}
          />
          <ActionFields draft={draft} problems={problems} onChange={change} />
          {framed && <LimitedField label={t('footer')} optional value={draft.footer} max={LIMITS.footer} onChange={(footer) => change({ footer })} />}
        </div>
        <div className={classes.preview} aria-label={t('preview.label')} role="img">
          <InteractivePreview draft={draft} />
        </div>
      </div>
      <Group className={classes.actions} justify="flex-end" gap="xs">
        {pressed && !ready && (
          <span className={classes.wrong} role="alert">
            {t('problem.some')}
          </span>
        )}
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button onClick={send}>{t('send')}</Button>
      </Group>
    </Dialog>
  )
}

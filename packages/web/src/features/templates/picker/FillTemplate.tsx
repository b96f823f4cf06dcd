import type { Conversation } from '@atende/contracts/conversations'
import { Media } from '@atende/contracts/media'
import { showTemplate } from '@atende/contracts/template-text'
import { checkValues, type TemplateProblem } from '@atende/contracts/template-values'
import type { ShownTemplate, Template, TemplatePreview, TemplateValues } from '@atende/contracts/templates'
import { Alert, Button, Group, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQueries } from '@tanstack/react-query'
import { ChevronLeft, Send } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../../lib/api.ts'
import { ErrorState } from '../../../ui/ErrorState.tsx'
import { ProblemsOf, sentenceOf } from '../editor/problems.tsx'
import { PhonePreview } from '../PhonePreview.tsx'
import { formatPrice } from '../TemplateBadges.tsx'
import { useTemplatePreview } from '../use-templates.ts'
import classes from './picker.module.css'
import { ValueFields } from './ValueFields.tsx'
import { startValues, withSuggestions } from './values.ts'

/** The chosen files in their places. */
function useChosenMedia(shown: ShownTemplate, values: TemplateValues): ShownTemplate {
  const ids = [values.header?.kind === 'media' ? values.header.mediaId : undefined, ...values.cards.map((card) => card.mediaId)]
  const found = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['media', id],
      queryFn: ({ signal }: { signal: AbortSignal }) => api(Media, 'GET', `/api/media/${id}`, { signal }),
      enabled: id !== undefined,
      staleTime: 30 * 60_000,
    })),
  })
  return {
    ...shown,
    header: shown.header && 'media' in shown.header ? { ...shown.header, media: found[0]?.data ?? null } : shown.header,
    cards: shown.cards.map((card, i) => ({ ...card, header: { ...card.header, media: found[i + 1]?.data ?? null } })),
  }
}

function Cost({ cost }: { cost: TemplatePreview['estimatedCost'] }) {
  const { t } = useTranslation('templates')
  if (cost === null) return null
  return (
    <Text size="xs" c="dimmed">
      {cost.free ? t('costFree') : t('cost', { price: formatPrice(cost) })}
    </Text>
  )
}

type FillTemplateProps = { template: Template; conversation: Conversation; onBack: () => void; onSend: (values: TemplateValues) => void }

function useFilling(template: Template, conversation: Conversation) {
  const [values, setValues] = useState(() => startValues(template.parts))
  const [asked] = useDebouncedValue(values, 350)
  const preview = useTemplatePreview(template.id, conversation.id, asked)
  const suggestions = preview.data?.suggestions
  // Once, when they come: what somebody cleared afterwards stays cleared.
  const [suggested, setSuggested] = useState(false)
  useEffect(() => {
    if (suggested || suggestions === undefined) return
    setSuggested(true)
    setValues((was) => withSuggestions(template.parts, was, suggestions))
  }, [suggested, suggestions, template.parts])
  return { values, setValues, preview, suggestions: suggestions ?? {} }
}

export function FillTemplate({ template, conversation, onBack, onSend }: FillTemplateProps) {
  const { t } = useTranslation('templates')
  const { values, setValues, preview } = useFilling(template, conversation)
  const [tried, setTried] = useState(false)
  const form = useRef<HTMLDivElement>(null)
  // The entry that was chosen went with its list, and the focus with it.
  useEffect(() => form.current?.querySelector<HTMLElement>('input:not([type="file"]), textarea, button')?.focus(), [])
  const shown = useChosenMedia(showTemplate(template, values), values)
  const own = checkValues(template, values)
  // A problem without a place is about the person or the template itself: it is said at once.
  const refusal: TemplateProblem | undefined = preview.data?.problems.find((p) => p.path === '')
  const send = (): void => {
    setTried(true)
    if (own.length === 0 && !refusal) onSend(values)
  }
  return (
    <ProblemsOf problems={tried ? own : []}>
      <div className={classes.fill} ref={form}>
        <div>
          {refusal && (
            <Alert color="amber" variant="light" mb="sm" role="alert">
              {sentenceOf(refusal)}
            </Alert>
          )}
          {preview.isError && preview.data === undefined && <ErrorState compact error={preview.error} retry={() => void preview.refetch()} />}
          <ValueFields template={template} conversation={conversation} values={values} onChange={setValues} />
        </div>
        <PhonePreview shown={shown} offer={template.parts.offer?.text ?? null} plain />
      </div>
      <Group justify="space-between" className={classes.actions}>
        <Button variant="subtle" color="gray" leftSection={<ChevronLeft size={15} aria-hidden />} onClick={onBack}>
          {t('picker.back')}
        </Button>
        <Group gap="md" ml="auto">
          <Cost cost={preview.data?.estimatedCost ?? null} />
          <Button leftSection={<Send size={15} aria-hidden />} disabled={refusal !== undefined} onClick={send}>
            {t('picker.send')}
          </Button>
        </Group>
      </Group>
    </ProblemsOf>
  )
}

import type { Conversation } from '@atende/contracts/conversations'
import type { Template } from '@atende/contracts/templates'
import { Anchor, Button, Center, ScrollArea, Stack, TextInput, UnstyledButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../../lib/session.ts'
import { ErrorState } from '../../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../../ui/ListSkeleton.tsx'
import { firstLine } from '../first-line.ts'
import { formatPrice, StatusPill, useLanguageName } from '../TemplateBadges.tsx'
import { useTemplates } from '../use-templates.ts'
import classes from './picker.module.css'

/** Why it may not go to this person now; null when it may. */
function useRefusal(conversation: Conversation) {
  const { t } = useTranslation('templates')
  return (template: Template): string | null => {
    if (template.reason !== null) return template.reason.title
    return template.category === 'MARKETING' && conversation.contact.marketingOptOutAt !== null ? t('picker.optedOut') : null
  }
}

type EntryProps = { template: Template; refusal: string | null; onChoose: (template: Template) => void }

function Entry({ template, refusal, onChoose }: EntryProps) {
  const { t } = useTranslation('templates')
  const languageName = useLanguageName()
  const cost = template.estimatedCost
  return (
    <UnstyledButton className={classes.entry} disabled={refusal !== null} data-refused={refusal !== null || undefined} onClick={() => onChoose(template)}>
      <span className={classes.entryHead}>
        <span className={classes.name}>{template.name.replaceAll('_', ' ')}</span>
        <code className={classes.technical}>{template.name}</code>
        {template.status !== 'APPROVED' && <StatusPill template={template} />}
      </span>
      <span className={classes.line}>{firstLine(template)}</span>
      {refusal !== null && <span className={classes.refusal}>{refusal}</span>}
      <span className={classes.facts}>
        <span>{t(`category.${template.category}`)}</span>
        {template.language !== 'pt_BR' && <span>{languageName(template.language)}</span>}
        {cost !== null && <span>{t('cost', { price: formatPrice(cost) })}</span>}
      </span>
    </UnstyledButton>
  )
}

function NothingHere({ searched }: { searched: boolean }) {
  const { t } = useTranslation('templates')
  const mayManage = useCan('templates.manage')
  return (
    <div className={classes.none}>
      <p>{searched ? t('picker.none') : t('picker.noneYet')}</p>
      {mayManage && !searched && (
        <Anchor component={Link} to="/configuracoes/modelos/novo" size="sm">
          {t('picker.create')}
        </Anchor>
      )}
    </div>
  )
}

export function ChooseTemplate({ conversation, onChoose }: { conversation: Conversation; onChoose: (template: Template) => void }) {
  const { t } = useTranslation('templates')
  const [find, setFind] = useState('')
  const [q] = useDebouncedValue(find.trim(), 200)
  const refusalOf = useRefusal(conversation)
  const list = useTemplates({ channelId: conversation.channel.id, ...(q ? { q } : {}) })
  const templates = (list.data?.pages.flatMap((page) => page.items) ?? []).map((template) => ({ template, refusal: refusalOf(template) }))
  // What can be sent stands first; within that the order of the list.
  const ordered = [...templates.filter((e) => e.refusal === null), ...templates.filter((e) => e.refusal !== null)]
  return (
    <Stack gap="sm">
      <TextInput
        data-autofocus
        aria-label={t('picker.search')}
        placeholder={t('picker.search')}
        leftSection={<Search size={15} aria-hidden />}
        value={find}
        onChange={(event) => setFind(event.currentTarget.value)}
      />
      <ScrollArea.Autosize mah="min(56vh, 480px)" type="auto" mih={220}>
        {list.isPending && <ListSkeleton rows={4} />}
        {list.isError && list.data === undefined && <ErrorState compact error={list.error} retry={() => void list.refetch()} />}
        {list.data !== undefined && templates.length === 0 && <NothingHere searched={q !== ''} />}
        {ordered.map(({ template, refusal }) => (
          <Entry key={template.id} template={template} refusal={refusal} onChoose={onChoose} />
        ))}
        {list.hasNextPage && (
          <Center p="xs">
            <Button variant="subtle" size="compact-sm" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t('more')}
            </Button>
          </Center>
        )}
      </ScrollArea.Autosize>
    </Stack>
  )
}

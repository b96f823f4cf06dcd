import type { ShownTemplate } from '@atende/contracts/templates'
import { useTranslation } from 'react-i18next'
import '../../../templates/late-texts.ts'
import { PhonePreview } from '../../../templates/PhonePreview.tsx'
import type { Draft } from './draft.ts'
import classes from './Interactive.module.css'

type Button = ShownTemplate['buttons'][number]
const button = (kind: string, text: string, url: string | null = null): Button => ({ kind, text: text || '…', url, phone: null, code: null })

const useButtons = (d: Draft): Button[] => {
  const { t } = useTranslation('interactive')
  switch (d.kind) {
    case 'buttons':
      return d.buttons.map((b) => button('quick_reply', b.title))
    case 'list':
      return [button('list', d.listButton)]
    case 'cta_url':
      return [button('url', d.label, d.url)]
    case 'location_request':
      return [button('location', t('preview.location'))]
    case 'contact_request':
      return [button('contact', t('preview.contact'))]
    case 'flow':
      return [button('flow', d.label)]
    case 'carousel':
      return []
  }
}

/** A list opens over the chat; what stands in it is shown below the bubble. */
function OpenList({ draft }: { draft: Draft }) {
  return (
    <div className={classes.sheet}>
      <strong>{draft.listButton || '…'}</strong>
      {draft.sections.map((section) => (
        <div key={section.key}>
          {draft.sections.length > 1 && <span className={classes.sheetTitle}>{section.title || '…'}</span>}
          {section.rows.map((row) => (
            <div key={row.key} className={classes.sheetRow}>
              <span>{row.title || '…'}</span>
              {row.description && <small>{row.description}</small>}
            </div>
          ))}
        </div>
      ))}
    </div>
  )
}

/** The message as it will look on the phone, while it is being written. */
export function InteractivePreview({ draft }: { draft: Draft }) {
  const buttons = useButtons(draft)
  const withHeader = !['carousel', 'location_request', 'contact_request'].includes(draft.kind)
  const header: ShownTemplate['header'] =
    !withHeader || draft.header === 'none'
      ? null
      : draft.header === 'text'
        ? { kind: 'text', text: draft.headerText || '…' }
        : { kind: draft.header, media: draft.media }
  const cards =
    draft.kind === 'carousel'
      ? draft.cards.map((card) => ({
          header: { kind: draft.cardMedia, media: card.media },
          body: card.body,
          buttons: draft.cardAction === 'cta_url' ? [button('url', card.label, card.url)] : card.buttons.map((b) => button('quick_reply', b.title)),
        }))
      : []
  const shown: ShownTemplate = {
    name: '',
    language: '',
    category: '',
    header,
    body: draft.body,
    footer: withHeader ? draft.footer || null : null,
    buttons,
    cards,
  }
  return (
    <>
      <PhonePreview shown={shown} />
      {draft.kind === 'list' && <OpenList draft={draft} />}
    </>
  )
}

import type { ShownTemplate } from '@atende/contracts/templates'
import { LayoutTemplate } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { type Choice, Choices } from './Choices.tsx'
import { LocationBody } from './LocationBody.tsx'
import { RichHead, RichWords } from './RichHead.tsx'
import classes from './rich.module.css'

type Button = ShownTemplate['buttons'][number]
const KINDS: Record<string, Choice['kind']> = { url: 'link', phone: 'phone', copy_code: 'copy', otp: 'copy', flow: 'form', request_contact_info: 'contact' }

const useChoices = () => {
  const { t } = useTranslation('rich')
  return (buttons: readonly Button[]): Choice[] =>
    buttons.map((b, i) => ({
      key: `${b.kind}${i}`,
      kind: KINDS[b.kind] ?? 'reply',
      label: b.text || (b.code ? t('template.code') : b.kind),
      href: b.url,
      hint: b.phone ?? b.code,
    }))
}

function Header({ header, caption }: { header: NonNullable<ShownTemplate['header']>; caption: string }) {
  return header.kind === 'location' ? <LocationBody location={header} /> : <RichHead head={header} caption={caption} />
}

/** A message that Meta approved, filled in as the customer sees it. */
export function TemplateBody({ template }: { template: ShownTemplate }) {
  const { t } = useTranslation('rich')
  const choicesOf = useChoices()
  const { name, header, body, footer, buttons, cards } = template
  return (
    <div className={classes.rich}>
      <span className={classes.label} title={`${name} · ${template.language}`}>
        <LayoutTemplate size={12} aria-hidden />
        {t('template.label')} · {name}
      </span>
      {header && <Header header={header} caption={body} />}
      <RichWords body={body} footer={footer} />
      {body === '' && cards.length === 0 && <span className={classes.faint}>{t('template.noWords')}</span>}
      <Choices choices={choicesOf(buttons)} />
      {cards.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a row that scrolls must be reachable by keyboard
        <ul className={classes.cards} tabIndex={0}>
          {cards.map((card, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the cards of a sent template never change
            <li key={i} className={classes.card} aria-label={t('interactive.card', { n: i + 1, total: cards.length })}>
              <RichHead head={card.header} caption={card.body} />
              <RichWords body={card.body} />
              <Choices choices={choicesOf(card.buttons)} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

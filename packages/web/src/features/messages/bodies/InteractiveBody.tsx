import type { Interactive } from '@atende/contracts/messages'
import { useTranslation } from 'react-i18next'
import { type Choice, Choices } from './Choices.tsx'
import { RichHead, RichWords } from './RichHead.tsx'
import classes from './rich.module.css'

type Of<K extends Interactive['kind']> = Extract<Interactive, { kind: K }>
const buttons = (list: readonly { id: string; title: string }[]): Choice[] => list.map((b) => ({ key: b.id, kind: 'reply', label: b.title }))

function ListRows({ list }: { list: Of<'list'> }) {
  const { t } = useTranslation('rich')
  const count = list.sections.reduce((sum, s) => sum + s.rows.length, 0)
  return (
    <details className={classes.rows}>
      <summary>
        {list.button} <span className={classes.faint}>{t('interactive.options', { count })}</span>
      </summary>
      {list.sections.map((section, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the sections of a sent list never change
        <span key={i} className={classes.section}>
          {section.title && <span className={classes.sectionTitle}>{section.title}</span>}
          <Choices choices={section.rows.map((r) => ({ key: r.id, kind: 'list', label: r.title, hint: r.description ?? null }))} />
        </span>
      ))}
    </details>
  )
}

function Cards({ carousel }: { carousel: Of<'carousel'> }) {
  const { t } = useTranslation('rich')
  const total = carousel.cards.length
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a row that scrolls must be reachable by keyboard
    <ul className={classes.cards} tabIndex={0}>
      {carousel.cards.map(({ header, body, action }, i) => {
        const name = t('interactive.card', { n: i + 1, total })
        const choices: Choice[] = action.kind === 'cta_url' ? [{ key: 'link', kind: 'link', label: action.label, href: action.url }] : buttons(action.buttons)
        return (
          <li key={header.media.id} className={classes.card} aria-label={name}>
            <RichHead head={header} caption={body ?? name} />
            <RichWords body={body ?? ''} />
            <Choices choices={choices} />
          </li>
        )
      })}
    </ul>
  )
}

function Ending({ interactive }: { interactive: Interactive }) {
  const { t } = useTranslation('rich')
  switch (interactive.kind) {
    case 'buttons':
      return <Choices choices={buttons(interactive.buttons)} />
    case 'list':
      return <ListRows list={interactive} />
    case 'cta_url':
      return <Choices choices={[{ key: 'link', kind: 'link', label: interactive.action.label, href: interactive.action.url }]} />
    case 'location_request':
      return <Choices choices={[{ key: 'location', kind: 'location', label: t('interactive.location') }]} />
    case 'contact_request':
      return <Choices choices={[{ key: 'contact', kind: 'contact', label: t('interactive.contact') }]} />
    case 'flow':
      return <Choices choices={[{ key: 'flow', kind: 'form', label: interactive.label }]} />
    case 'carousel':
      return <Cards carousel={interactive} />
  }
}

/** Something of ours with parts to press, as it looks on the phone. */
export function InteractiveBody({ interactive }: { interactive: Interactive }) {
  const header = 'header' in interactive ? interactive.header : undefined
  const footer = 'footer' in interactive ? interactive.footer : undefined
  return (
    <div className={classes.rich}>
      {header && <RichHead head={header} caption={interactive.body} />}
      <RichWords body={interactive.body} footer={footer} />
      <Ending interactive={interactive} />
    </div>
  )
}

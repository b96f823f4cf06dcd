import { TextInput } from '@mantine/core'
import { type KeyboardEvent, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { readStored, writeStored } from '../../../lib/locale.ts'
import classes from './EmojiPicker.module.css'
import { type Emoji, emojiGroups, findEmojis } from './emoji-data.ts'

const STORED = 'atende.emoji.recent'
const KEPT = 16
const COLUMNS = 8

const readRecent = (): string[] => (readStored(STORED) ?? '').split(' ').filter((one) => one !== '')
const keepRecent = (emoji: string): void => writeStored(STORED, [emoji, ...readRecent().filter((one) => one !== emoji)].slice(0, KEPT).join(' '))

type GridProps = { title: string | null; emojis: readonly Emoji[]; onPick: (emoji: string) => void }

function Grid({ title, emojis, onPick }: GridProps) {
  return (
    <section className={classes.group}>
      {title !== null && <h3 className={classes.title}>{title}</h3>}
      <div className={classes.grid}>
        {emojis.map(({ emoji, words }) => (
          <button
            key={emoji}
            type="button"
            className={classes.emoji}
            title={words.split(' ')[0]}
            aria-label={`${emoji} ${words}`}
            onClick={() => onPick(emoji)}
          >
            {emoji}
          </button>
        ))}
      </div>
    </section>
  )
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }

const walk = (event: KeyboardEvent<HTMLElement>): void => {
  const step = STEPS[event.key]
  if (step === undefined) return
  const all = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button')]
  const at = all.findIndex((one) => one.contains(document.activeElement))
  const next = at === -1 ? (event.key === 'ArrowDown' ? all[0] : undefined) : all[at + step]
  if (!next) return
  event.preventDefault()
  next.focus()
}

export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useTranslation('composer')
  const [query, setQuery] = useState('')
  const [recent] = useState(readRecent)
  const groups = useMemo(emojiGroups, [])
  const found = query.trim() === '' ? null : findEmojis(query)
  const pick = (emoji: string): void => {
    keepRecent(emoji)
    onPick(emoji)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys walk through the buttons inside
    <div className={classes.picker} onKeyDown={walk}>
      <TextInput
        data-autofocus
        size="xs"
        aria-label={t('emoji.search')}
        placeholder={t('emoji.search')}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && found?.[0]) pick(found[0].emoji)
        }}
      />
      <div className={classes.scroller}>
        {found !== null && found.length === 0 && <p className={classes.none}>{t('emoji.none')}</p>}
        {found !== null && <Grid title={null} emojis={found} onPick={pick} />}
        {found === null && recent.length > 0 && <Grid title={t('emoji.recent')} emojis={recent.map((emoji) => ({ emoji, words: '' }))} onPick={pick} />}
        {found === null && groups.map(({ group, emojis }) => <Grid key={group} title={t(`emoji.${group}`)} emojis={emojis} onPick={pick} />)}
      </div>
    </div>
  )
}

import type { Contact } from '@atende/contracts/contacts'
import { Link, useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useEffectEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useShortcut } from '../../lib/shortcuts.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Highlight, whole } from '../../ui/Highlight.tsx'
import classes from './ContactList.module.css'
import { shownName } from './format-phone.ts'
import { foundBy } from './known-by.ts'

const ROW_PX = 62
const FROM_END = 12

type ContactRowsProps = { contacts: readonly Contact[]; q: string; selected: string | undefined; onEnd: () => void; loadingMore: boolean }

function useMoveByKeys(contacts: readonly Contact[], q: string, selected: string | undefined, reveal: (index: number) => void): void {
  const { t } = useTranslation('contacts')
  const navigate = useNavigate()
  const move = (step: number): void => {
    const at = contacts.findIndex((contact) => contact.id === selected)
    const index = Math.min(contacts.length - 1, Math.max(0, at + step))
    const next = contacts[index]
    if (next === undefined) return
    reveal(index)
    void navigate({ to: '/contatos/$contactId', params: { contactId: next.id }, search: { q: q || undefined } })
  }
  useShortcut('j', () => move(1), t('next'), t('title'))
  useShortcut('k', () => move(-1), t('previous'), t('title'))
}

/** Thousands of contacts, a dozen in the page. */
export function ContactRows({ contacts, q, selected, onEnd, loadingMore }: ContactRowsProps) {
  const { t } = useTranslation('contacts')
  const scroll = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({ count: contacts.length, getScrollElement: () => scroll.current, estimateSize: () => ROW_PX, overscan: 8 })
  const shown = rows.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  const reachedEnd = useEffectEvent(onEnd)
  useEffect(() => {
    if (last >= contacts.length - FROM_END) reachedEnd()
  }, [last, contacts.length])
  useMoveByKeys(contacts, q, selected, (index) => rows.scrollToIndex(index))
  return (
    <div ref={scroll} className={classes.scroll}>
      <ul className={classes.rows} style={{ height: rows.getTotalSize() }} aria-label={t('list')}>
        {shown.map(({ index, start }) => {
          const contact = contacts[index]
          if (contact === undefined) return null
          const name = shownName(contact.name)
          const found = foundBy(contact)
          return (
            <li key={contact.id} className={classes.row} style={{ transform: `translateY(${start}px)` }} aria-setsize={-1} aria-posinset={index + 1}>
              <Link
                to="/contatos/$contactId"
                params={{ contactId: contact.id }}
                search={{ q: q || undefined }}
                preload={false}
                className={classes.link}
                data-selected={contact.id === selected || undefined}
                aria-current={contact.id === selected ? 'page' : undefined}
              >
                <Avatar name={contact.name} seed={contact.id} size={40} />
                <span className={classes.words}>
                  <div className={classes.name}>
                    <Highlight text={name} ranges={name === contact.name ? (contact.hit?.name ?? []) : []} />
                  </div>
                  <div className={classes.text}>
                    <Highlight text={found.text ?? t('noPhone')} ranges={found.marked ? whole(found.text ?? '') : []} />
                  </div>
                </span>
              </Link>
            </li>
          )
        })}
      </ul>
      {loadingMore && (
        <p className={classes.more} role="status">
          {t('loadingMore')}
        </p>
      )}
    </div>
  )
}

import { CloseButton, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { Search } from 'lucide-react'
import { type RefObject, useState } from 'react'
import { useTranslation } from 'react-i18next'

type SearchFieldProps = { value: string; onChange: (q: string | undefined) => void; inputRef: RefObject<HTMLInputElement | null> }

export function SearchField({ value, onChange, inputRef }: SearchFieldProps) {
  const { t } = useTranslation('inbox')
  const [text, setText] = useState(value)
  const [known, setKnown] = useState(value)
  // The address may change by itself: back, a shared link, a cleared filter.
  if (value !== known) {
    setKnown(value)
    if (value !== text.trim()) setText(value)
  }
  const tell = useDebouncedCallback((q: string) => onChange(q.trim() === '' ? undefined : q.trim()), 250)
  const change = (next: string): void => {
    setText(next)
    tell(next)
  }
  return (
    <TextInput
      ref={inputRef}
      type="search"
      flex={1}
      variant="filled"
      aria-label={t('search.label')}
      placeholder={t('search.placeholder')}
      leftSection={<Search size={15} aria-hidden />}
      rightSection={text !== '' && <CloseButton size="sm" aria-label={t('search.clear')} onClick={() => change('')} />}
      value={text}
      maxLength={100}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        change('')
        event.currentTarget.blur()
      }}
    />
  )
}

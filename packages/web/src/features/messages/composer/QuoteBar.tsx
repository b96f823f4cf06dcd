import { ActionIcon } from '@mantine/core'
import { X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { QuotedWords } from '../Quoted.tsx'
import type { Quote } from '../send.ts'
import classes from './Composer.module.css'

export function QuoteBar({ quote, onCancel }: { quote: NonNullable<Quote>; onCancel: () => void }) {
  const { t } = useTranslation('composer')
  return (
    <div className={classes.quote} data-by={quote.direction}>
      <div className={classes.quoteWords}>
        <QuotedWords quoted={quote} />
      </div>
      <ActionIcon variant="subtle" color="gray" size={28} onClick={onCancel} aria-label={t('composer.cancelQuote')}>
        <X size={16} aria-hidden />
      </ActionIcon>
    </div>
  )
}

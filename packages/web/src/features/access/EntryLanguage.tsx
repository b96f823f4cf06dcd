import { UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { changeLocale } from '../../lib/i18n.ts'
import classes from './EntryFrame.module.css'

/** Before the login nobody's language is known yet. */
export function EntryLanguage() {
  const { i18n } = useTranslation()
  const other = i18n.language === 'en' ? 'pt-BR' : 'en'
  return (
    <UnstyledButton className={classes.language} lang={other} onClick={() => void changeLocale(other)}>
      {other === 'en' ? 'English' : 'Português'}
    </UnstyledButton>
  )
}

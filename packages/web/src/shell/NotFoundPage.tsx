import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { DoorOpen } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../ui/EmptyState.tsx'
import classes from './Page.module.css'

export function NotFoundPage() {
  const { t } = useTranslation('common')
  return (
    <main className={classes.full}>
      <EmptyState
        icon={<DoorOpen size={24} aria-hidden />}
        title={t('notFound.title')}
        text={t('notFound.text')}
        action={
          <Button component={Link} to="/conversas">
            {t('notFound.action')}
          </Button>
        }
      />
    </main>
  )
}

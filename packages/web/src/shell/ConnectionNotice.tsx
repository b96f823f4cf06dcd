import { Loader } from '@mantine/core'
import { CloudOff } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useConnection } from '../lib/connection.ts'
import classes from './ConnectionNotice.module.css'

const PATIENCE_MS = 1_500

/** Short gaps are nobody's business; longer ones are said plainly. */
export function ConnectionNotice() {
  const { t } = useTranslation('common')
  const connection = useConnection()
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (connection !== 'connecting') return undefined
    const timer = setTimeout(() => setLate(true), PATIENCE_MS)
    return () => {
      clearTimeout(timer)
      setLate(false)
    }
  }, [connection])
  const offline = connection === 'offline'
  const shown = offline || (connection === 'connecting' && late)
  return (
    <div role="status" aria-live="polite">
      {shown && (
        <div className={classes.notice} data-offline={offline || undefined}>
          {offline ? <CloudOff size={15} aria-hidden /> : <Loader size={13} color="currentColor" aria-hidden />}
          {offline ? t('connection.offline') : t('connection.connecting')}
        </div>
      )}
    </div>
  )
}

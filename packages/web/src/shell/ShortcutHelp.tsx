import { Modal, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useShortcutList } from '../lib/shortcuts.ts'
import { Kbd } from '../ui/Kbd.tsx'
import classes from './ShortcutHelp.module.css'

export function ShortcutHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('common')
  const unique = [...new Map(useShortcutList().map((one) => [`${one.keys}|${one.label}`, one])).values()]
  const groups = Map.groupBy(unique, (one) => one.group || t('shortcuts.general'))
  return (
    <Modal opened={opened} onClose={onClose} title={t('shortcuts.title')} size="lg" closeButtonProps={{ 'aria-label': t('action.close') }}>
      <Text size="sm" c="dimmed" mb="md">
        {t('shortcuts.hint')}
      </Text>
      <div className={classes.groups}>
        {[...groups].map(([name, list]) => (
          <section key={name}>
            <h3 className={classes.name}>{name}</h3>
            <dl className={classes.list}>
              {list.map((one) => (
                <div key={`${one.keys}${one.label}`} className={classes.row}>
                  <dt>{one.label}</dt>
                  <dd>
                    <Kbd keys={one.keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  )
}

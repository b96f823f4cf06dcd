import { Modal, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useShortcutList } from '../lib/shortcuts.ts'
import { Kbd } from '../ui/Kbd.tsx'
import classes from './ShortcutHelp.module.css'

export function ShortcutHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('common')
  const groups = Map.groupBy(useShortcutList(), (one) => one.group || t('shortcuts.general'))
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
              {[...Map.groupBy(list, (one) => one.label)].map(([label, ways]) => (
                <div key={label} className={classes.row}>
                  <dt>{label}</dt>
                  <dd>
                    {[...new Set(ways.map((one) => one.keys))].map((keys) => (
                      <Kbd key={keys} keys={keys} />
                    ))}
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

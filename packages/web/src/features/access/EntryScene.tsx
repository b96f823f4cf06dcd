import { Check, CheckCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import classes from './EntryScene.module.css'

/** A small conversation at a well-lit counter; decoration only. */
export function EntryScene() {
  const { t } = useTranslation('access')
  return (
    <aside className={classes.scene} aria-hidden="true">
      <svg aria-hidden="true" className={classes.door} viewBox="0 0 640 800" preserveAspectRatio="xMidYMid slice">
        <path d="M150 0h340a90 90 0 0 1 90 90v420a90 90 0 0 1-90 90H300L170 715a22 22 0 0 1-37-16V598a90 90 0 0 1-73-88V90A90 90 0 0 1 150 0Z" />
        <path d="M220 600V190a40 40 0 0 1 53-38l150 50a50 50 0 0 1 34 47v420" />
      </svg>
      <div className={classes.talk}>
        <p className={classes.theirs}>{t('scene.customer1')}</p>
        <p className={classes.ours}>
          {t('scene.us')}
          <span className={classes.tick}>
            14:02 <CheckCheck size={14} />
          </span>
        </p>
        <p className={classes.theirs}>{t('scene.customer2')}</p>
        <p className={classes.note}>
          <Check size={13} /> {t('scene.note')}
        </p>
      </div>
      <div className={classes.words}>
        <p className={classes.claim}>{t('scene.claim')}</p>
        <p className={classes.about}>{t('scene.text')}</p>
      </div>
    </aside>
  )
}

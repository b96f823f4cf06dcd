import { PasswordInput, type PasswordInputProps } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import classes from './PasswordField.module.css'
import { passwordStrength } from './password-strength.ts'

type PasswordFieldProps = PasswordInputProps & { value?: string /** Name, e-mail, company: bad words for a password. */; ownWords?: readonly string[] }

/** For a new password: says how good it is while it is being typed. */
export function PasswordField({ ownWords = [], ...input }: PasswordFieldProps) {
  const { t } = useTranslation('access')
  const { level, missing, share } = passwordStrength(String(input.value ?? ''), ownWords)
  const hint = level === 'short' ? t('password.short', { count: missing }) : t(`password.${level}`)
  return (
    <div>
      <PasswordInput autoComplete="new-password" visibilityToggleButtonProps={{ 'aria-label': t('field.showPassword') }} {...input} />
      <div className={classes.row}>
        <div className={classes.bar} aria-hidden>
          <div className={classes.fill} data-level={level} style={{ transform: `scaleX(${share})` }} />
        </div>
        <span className={classes.hint} aria-live="polite">
          {hint}
        </span>
      </div>
    </div>
  )
}

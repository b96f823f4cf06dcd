import { notifications } from '@mantine/notifications'
import { isApiError } from '../lib/api-error.ts'
import { errorSentence, supportCode } from '../lib/error-text.ts'
import { i18n } from '../lib/i18n.ts'

const closeButton = () => ({ 'aria-label': i18n.t('common:action.close') })

export function toast(message: string): void {
  notifications.show({ message, color: 'sea', autoClose: 3_500, withBorder: true, closeButtonProps: closeButton() })
}

/** For actions started by a click, where the screen itself has no place for the fault. */
export function toastError(error: unknown): void {
  const code = isApiError(error) && error.status >= 500 ? supportCode(error) : null
  notifications.show({
    title: errorSentence(error),
    message: code ?? (isApiError(error) ? error.detail : null),
    color: 'red',
    autoClose: 8_000,
    withBorder: true,
    role: 'alert',
    closeButtonProps: closeButton(),
  })
}

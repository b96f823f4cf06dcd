import './late-texts.ts'
import { SsoProblem } from '@atende/contracts/sso'
import { Alert } from '@mantine/core'
import { useTranslation } from 'react-i18next'

/** Why the way back from the provider ended here; nothing for words that are not ours. */
export function SsoProblemNotice({ code }: { code: string | undefined }) {
  const { t } = useTranslation('account')
  const known = SsoProblem.safeParse(code)
  if (!known.success) return null
  return (
    <Alert color="amber" variant="light" role="alert">
      {t(`problem.${known.data}`)}
    </Alert>
  )
}

import type { Template } from '@atende/contracts/templates'
import { Group } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ConfirmButton } from '../../ui/ConfirmButton.tsx'
import { toast, toastError } from '../../ui/toast.ts'
import { useLanguageName } from './TemplateBadges.tsx'
import { useDeleteTemplate } from './use-templates.ts'

export function DeleteTemplate({ template: { id, name, language, status } }: { template: Template }) {
  const { t } = useTranslation('templates')
  const navigate = useNavigate()
  const languageName = useLanguageName()
  const remove = useDeleteTemplate(id)
  if (status === 'DISABLED') return null
  const run = (allLanguages: boolean): void =>
    remove.mutate(allLanguages, {
      onSuccess: () => {
        toast(t('detail.deleted', { name }))
        void navigate({ to: '/configuracoes/modelos', search: {} })
      },
      onError: toastError,
    })
  const gone = status === 'DELETED'
  const question = gone ? t('detail.goneQuestion', { name }) : t('detail.deleteQuestion', { name, language: languageName(language) })
  return (
    <Group gap="xs">
      <ConfirmButton variant="default" question={question} verb={t('detail.delete')} loading={remove.isPending} onConfirm={() => run(false)}>
        {t('detail.deleteVerb')}
      </ConfirmButton>
      {!gone && (
        <ConfirmButton
          variant="subtle"
          color="gray"
          question={t('detail.deleteAllQuestion', { name })}
          verb={t('detail.delete')}
          disabled={remove.isPending}
          onConfirm={() => run(true)}
        >
          {t('detail.deleteAll')}
        </ConfirmButton>
      )}
    </Group>
  )
}

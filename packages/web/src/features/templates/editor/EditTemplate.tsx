import type { Template } from '@atende/contracts/templates'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { BackLink } from '../../../shell/BackLink.tsx'
import { PageHeader } from '../../../ui/PageHeader.tsx'
import { toast } from '../../../ui/toast.ts'
import { useUpdateTemplate } from '../use-templates.ts'
import { draftOf } from './draft.ts'
import { EditorFrame } from './EditorFrame.tsx'

export function EditTemplate({ template }: { template: Template }) {
  const { t } = useTranslation('templates')
  const navigate = useNavigate({ from: '/configuracoes/modelos/$templateId' })
  const update = useUpdateTemplate(template.id)
  const approved = template.status === 'APPROVED'
  const leave = (): void => void navigate({ search: {} })
  return (
    <>
      <PageHeader
        title={template.name}
        text={approved ? `${t('form.editText')} ${t('form.editApproved')}` : t('form.editText')}
        back={<BackLink to="/configuracoes/modelos" label={t('title')} />}
      />
      <EditorFrame
        initial={draftOf(template)}
        locked={approved ? 'all' : 'identity'}
        saving={update.isPending}
        error={update.error}
        onCancel={leave}
        onSave={({ category, parts }) =>
          update.mutate(
            { category, parts },
            {
              onSuccess: () => {
                toast(t('form.updated'))
                leave()
              },
            },
          )
        }
      />
    </>
  )
}

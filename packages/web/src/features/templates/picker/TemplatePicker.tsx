import '../late-texts.ts'
import type { Conversation } from '@atende/contracts/conversations'
import type { SendContent } from '@atende/contracts/messages'
import type { Template } from '@atende/contracts/templates'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ChooseTemplate } from './ChooseTemplate.tsx'
import { FillTemplate } from './FillTemplate.tsx'

type TemplatePickerProps = { conversation: Conversation; opened: boolean; onClose: () => void; onSend: (content: z.infer<typeof SendContent>) => void }

/** Choose a template, fill it, see it, send it. */
export function TemplatePicker({ conversation, opened, onClose, onSend }: TemplatePickerProps) {
  const { t } = useTranslation('templates')
  const [chosen, setChosen] = useState<Template | null>(null)
  if (!opened) return null
  return (
    <Dialog title={chosen?.name ?? t('picker.title')} size={chosen ? 780 : 560} onClose={onClose}>
      {chosen === null ? (
        <ChooseTemplate conversation={conversation} onChoose={setChosen} />
      ) : (
        <FillTemplate
          key={chosen.id}
          template={chosen}
          conversation={conversation}
          onBack={() => setChosen(null)}
          onSend={(values) => {
            onSend({ type: 'template', templateId: chosen.id, values })
            onClose()
          }}
        />
      )}
    </Dialog>
  )
}

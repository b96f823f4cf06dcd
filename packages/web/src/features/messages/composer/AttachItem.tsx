import { MEDIA_LIMITS, type MediaKind } from '@atende/contracts/media'
import { ActionIcon, Select } from '@mantine/core'
import { TriangleAlert, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatSize } from '../bodies/file-size.ts'
import { TypeIcon } from '../TypeIcon.tsx'
import classes from './AttachItem.module.css'
import type { FilePlan } from './file-checks.ts'

export type Attachment = { id: string; file: File; plan: FilePlan; kind: MediaKind; url: string | null }
type AttachItemProps = { attachment: Attachment; onChoose: (kind: MediaKind) => void; onRemove: () => void }

const useSentence = ({ file, plan, kind }: Attachment): string | null => {
  const { t } = useTranslation('composer')
  if (plan.refusal === 'empty') return t('attach.empty', { name: file.name })
  if (plan.refusal === 'tooLarge') {
    return t('attach.tooLarge', { name: file.name, size: formatSize(file.size), limit: formatSize(MEDIA_LIMITS.document.maxBytes) })
  }
  if (plan.note === null || (kind !== plan.kind && plan.note !== 'stickerLarge')) return null
  const limit = formatSize(MEDIA_LIMITS[plan.note === 'stickerLarge' ? 'sticker' : 'image'].maxBytes)
  return t(`attach.${plan.note}`, { limit })
}

export function AttachItem({ attachment, onChoose, onRemove }: AttachItemProps) {
  const { t } = useTranslation('composer')
  const { file, plan, kind, url } = attachment
  const sentence = useSentence(attachment)
  return (
    <div className={classes.item} data-refused={plan.refusal !== null || undefined}>
      <span className={classes.thumb}>{url ? <img src={url} alt="" /> : <TypeIcon type={kind} size={22} />}</span>
      <div className={classes.words}>
        <span className={classes.name}>{file.name}</span>
        <span className={classes.facts}>{formatSize(file.size)}</span>
        {sentence !== null && (
          <span className={classes.note}>
            {plan.refusal !== null && <TriangleAlert size={13} aria-hidden />}
            {sentence}
          </span>
        )}
        {plan.refusal === null && plan.options.length > 1 && (
          <Select
            size="xs"
            mt={4}
            aria-label={t('attach.as')}
            allowDeselect={false}
            value={kind}
            data={plan.options.map((option) => ({ value: option, label: t(`attach.kind.${option}`) }))}
            onChange={(next) => {
              const chosen = plan.options.find((option) => option === next)
              if (chosen) onChoose(chosen)
            }}
          />
        )}
      </div>
      <ActionIcon variant="subtle" color="gray" size={30} onClick={onRemove} aria-label={t('attach.remove', { name: file.name })}>
        <X size={16} aria-hidden />
      </ActionIcon>
    </div>
  )
}

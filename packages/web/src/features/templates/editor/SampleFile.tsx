import { MEDIA_LIMITS } from '@atende/contracts/media'
import { Button, FileButton, Group, Input, Text } from '@mantine/core'
import { FileCheck2, Paperclip } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { errorSentence } from '../../../lib/error-text.ts'
import { queryClient } from '../../../lib/query.ts'
import { useMediaById, useUploadMedia } from '../use-templates.ts'
import { useProblem } from './problems.tsx'

const DOCUMENTS = 'application/pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,text/plain'

type SampleFileProps = {
  label: string
  description?: string
  path: string
  kind: 'image' | 'video' | 'document' | 'gif'
  mediaId: string | undefined
  kept?: boolean
  onChange: (mediaId: string) => void
}

/** Uploads one file and keeps its id. */
export function SampleFile({ label, description, path, kind, mediaId, kept = false, onChange }: SampleFileProps) {
  const { t } = useTranslation('templates')
  const upload = useUploadMedia()
  const media = useMediaById(mediaId).data
  const problem = useProblem(path)
  const mediaKind = kind === 'gif' ? 'video' : kind
  const failed = upload.isError ? `${t('form.uploadFailed')} ${errorSentence(upload.error)}` : null
  const pick = (file: File | null): void => {
    if (!file) return
    upload.mutate(
      { file, kind: mediaKind },
      {
        onSuccess: (made) => {
          queryClient.setQueryData(['media', made.id], made)
          onChange(made.id)
        },
      },
    )
  }
  const has = mediaId !== undefined || kept
  return (
    <Input.Wrapper label={label} {...(description ? { description } : {})} error={failed ?? problem} labelElement="div">
      <Group gap="sm" mt={6} wrap="nowrap">
        <FileButton accept={kind === 'document' ? DOCUMENTS : MEDIA_LIMITS[mediaKind].mimes.join(',')} onChange={pick}>
          {(props) => (
            <Button {...props} variant="default" size="sm" loading={upload.isPending} leftSection={<Paperclip size={15} aria-hidden />}>
              {has ? t('form.change') : t('form.pick')}
            </Button>
          )}
        </FileButton>
        {has && (
          <Text size="sm" c="dimmed" truncate>
            <FileCheck2 size={15} aria-hidden style={{ verticalAlign: '-2px', marginRight: 6 }} />
            {media ? (media.filename ?? t(`preview.media.${mediaKind}`)) : t('form.keptSample')}
          </Text>
        )}
      </Group>
    </Input.Wrapper>
  )
}

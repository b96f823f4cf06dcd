import { MEDIA_LIMITS, Media, type MediaKind } from '@atende/contracts/media'
import { Button } from '@mantine/core'
import { Paperclip } from 'lucide-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../../../lib/api.ts'
import { errorSentence } from '../../../../lib/error-text.ts'
import { needsJpeg } from '../file-checks.ts'
import { toJpeg } from '../to-jpeg.ts'
import classes from './Interactive.module.css'
import { useProblem } from './LimitedField.tsx'

type MediaFieldProps = { kind: MediaKind; media: Media | null; onChange: (media: Media | null) => void; problem?: string | undefined }

async function upload(file: File, kind: MediaKind): Promise<Media> {
  const ready = needsJpeg(file, kind) ? await toJpeg(file) : file
  const form = new FormData()
  form.set('kind', kind)
  form.set('file', ready, ready.name)
  return api(Media, 'POST', '/api/media', { form })
}

/** A picture, video or document of the message; stored with us at once, so that the preview is what will be sent. */
export function MediaField({ kind, media, onChange, problem }: MediaFieldProps) {
  const { t } = useTranslation('interactive')
  const say = useProblem()
  const input = useRef<HTMLInputElement>(null)
  const [state, setState] = useState<{ busy: boolean; refusal: string | null }>({ busy: false, refusal: null })
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return
    setState({ busy: true, refusal: null })
    try {
      onChange(await upload(file, kind))
      setState({ busy: false, refusal: null })
    } catch (error) {
      setState({ busy: false, refusal: errorSentence(error) })
    }
  }
  const wrong = state.refusal ?? say(problem)
  return (
    <div>
      <input
        ref={input}
        type="file"
        hidden
        accept={MEDIA_LIMITS[kind].mimes.join(',')}
        onChange={(event) => {
          void take(event.currentTarget.files?.[0])
          event.currentTarget.value = ''
        }}
      />
      <Button variant="default" size="xs" loading={state.busy} leftSection={<Paperclip size={14} aria-hidden />} onClick={() => input.current?.click()}>
        {media ? t('media.change') : t(`media.choose.${kind === 'video' || kind === 'document' ? kind : 'image'}`)}
      </Button>
      {media?.filename && <span className={classes.fileName}>{media.filename}</span>}
      {wrong && (
        <p className={classes.wrong} role="alert">
          {wrong}
        </p>
      )}
    </div>
  )
}

import type { Media } from '@atende/contracts/media'
import { Mic, Music, Pause, Play } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getLocale } from '../../../lib/locale.ts'
import { useFreshMedia } from '../use-fresh-media.ts'
import classes from './AudioBody.module.css'
import { MediaPlaceholder } from './MediaPlaceholder.tsx'
import { usePlayer } from './use-player.ts'
import { type Waveform, waveformOf } from './waveform.ts'

const BARS = 44
/** Longer files are music or meetings: decoding them would cost more than the picture is worth. */
const MAX_DRAWN_BYTES = 1_500_000

const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`

const useWaveform = (media: Media): Waveform | null => {
  const [waveform, setWaveform] = useState<Waveform | null>(null)
  const { id, url, size } = media
  useEffect(() => {
    // A recording that is still on this device cannot be fetched; it is drawn once the server has it.
    if (!url || url.startsWith('blob:') || (size ?? 0) > MAX_DRAWN_BYTES) return undefined
    let gone = false
    void waveformOf(id, url, BARS).then((found) => {
      if (!gone) setWaveform(found)
    })
    return () => {
      gone = true
    }
  }, [id, url, size])
  return waveform
}

const LEVEL = Array.from({ length: BARS }, (_, i) => ({ id: i, height: 0.08 }))

function Wave({ peaks, played }: { peaks: number[] | null; played: number }) {
  return (
    <span className={classes.wave} aria-hidden>
      {LEVEL.map(({ id, height }) => (
        <span key={id} data-played={id / BARS < played || undefined} style={{ height: `${Math.round((peaks?.[id] ?? height) * 100)}%` }} />
      ))}
    </span>
  )
}

export function AudioBody({ media: given }: { media: Media }) {
  const { t } = useTranslation('messages')
  const { media, broken, onError, retry } = useFreshMedia(given)
  const { audio, events, playing, at, length: told, rate, toggle, seek, nextSpeed } = usePlayer()
  const waveform = useWaveform(media)
  // Recordings of browsers do not say how long they are; decoding does.
  const length = told || (waveform?.seconds ?? 0)
  if (media.status !== 'stored' || !media.url || broken) return <MediaPlaceholder media={media} broken={broken} onRetry={retry} />
  const speed = `${rate.toLocaleString(getLocale())}×`
  return (
    <span className={classes.player}>
      <audio ref={audio} src={media.url} preload="metadata" onError={onError} {...events} />
      <button type="button" className={classes.play} onClick={toggle} aria-label={playing ? t('media.pause') : t('media.play')}>
        {playing ? <Pause size={18} fill="currentColor" aria-hidden /> : <Play size={18} fill="currentColor" aria-hidden />}
      </button>
      <span className={classes.track}>
        <Wave peaks={waveform?.peaks ?? null} played={length > 0 ? at / length : 0} />
        <input
          type="range"
          className={classes.range}
          aria-label={t('media.seek')}
          aria-valuetext={`${clock(at)} / ${clock(length)}`}
          min={0}
          max={Math.max(length, 0.1)}
          step={0.1}
          value={at}
          onChange={(event) => seek(Number(event.currentTarget.value))}
        />
        <span className={classes.under}>
          <span className="tabular">{clock(playing || at > 0 ? at : length)}</span>
          {media.voice ? <Mic size={12} aria-hidden /> : <Music size={12} aria-hidden />}
        </span>
      </span>
      <button type="button" className={classes.speed} onClick={nextSpeed} aria-label={t('media.speed', { speed })}>
        {speed}
      </button>
    </span>
  )
}

import { type Media, WAVEFORM_BARS } from '@atende/contracts/media'
import { Mic, Music, Pause, Play } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getLocale } from '../../../lib/locale.ts'
import { useFreshMedia } from '../use-fresh-media.ts'
import classes from './AudioBody.module.css'
import { useHeard } from './heard.ts'
import { MediaPlaceholder } from './MediaPlaceholder.tsx'
import { formatClock, usePlayer } from './use-player.ts'
import { type Waveform, waveformOf } from './waveform.ts'

/** Longer files are music or meetings: decoding them here would cost more than the picture is worth. */
const MAX_DRAWN_BYTES = 1_500_000
const FLAT = 0.08

/** The server's; where it knows none of this kind of sound (M4A, WAV), this browser draws it. */
const useWaveform = (media: Media): Waveform | null => {
  const [drawn, setDrawn] = useState<Waveform | null>(null)
  const { id, url, size, waveform, durationSeconds } = media
  useEffect(() => {
    // A recording that is still on this device cannot be fetched; it is drawn once the server has it.
    if (waveform !== null || !url || url.startsWith('blob:') || (size ?? 0) > MAX_DRAWN_BYTES) return undefined
    let gone = false
    void waveformOf(id, url, WAVEFORM_BARS).then((found) => {
      if (!gone) setDrawn(found)
    })
    return () => {
      gone = true
    }
  }, [id, url, size, waveform])
  if (waveform === null) return drawn
  return { peaks: waveform.map((height) => Math.max(FLAT, height / 255)), seconds: durationSeconds ?? 0 }
}

const BARS = Array.from({ length: WAVEFORM_BARS }, (_, i) => i)

function Wave({ peaks, played }: { peaks: number[] | null; played: number }) {
  return (
    <span className={classes.wave} aria-hidden>
      {BARS.map((bar) => (
        <span key={bar} data-played={bar / WAVEFORM_BARS < played || undefined} style={{ height: `${Math.round((peaks?.[bar] ?? FLAT) * 100)}%` }} />
      ))}
    </span>
  )
}

function Sign({ media, heard }: { media: Media; heard: boolean }) {
  const { t } = useTranslation('media')
  if (!media.voice) return <Music size={12} aria-hidden />
  return (
    <span className={classes.sign} data-heard={heard || undefined}>
      <Mic size={12} aria-hidden />
      <span className={classes.dot} title={heard ? t('heard') : t('unheard')} />
    </span>
  )
}

export function AudioBody({ media: given }: { media: Media }) {
  const { t } = useTranslation('messages')
  const { media, broken, onError, retry } = useFreshMedia(given)
  const { isHeard, note } = useHeard(media.id)
  const { audio, events, playing, at, length: told, rate, toggle, seek, nextSpeed } = usePlayer(media.id, note)
  const waveform = useWaveform(media)
  // Recordings of browsers do not say how long they are; the server or decoding does.
  const length = told || media.durationSeconds || (waveform?.seconds ?? 0)
  if (media.status !== 'stored' || !media.url || broken) return <MediaPlaceholder media={media} broken={broken} onRetry={retry} wide />
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
          aria-valuetext={`${formatClock(at)} / ${formatClock(length)}`}
          min={0}
          max={Math.max(length, 0.1)}
          step={0.1}
          value={at}
          onChange={(event) => seek(Number(event.currentTarget.value))}
        />
        <span className={classes.under}>
          <span className="tabular">{formatClock(playing || at > 0 ? at : length)}</span>
          <Sign media={media} heard={isHeard} />
        </span>
      </span>
      <button type="button" className={classes.speed} onClick={nextSpeed} aria-label={t('media.speed', { speed })}>
        {speed}
      </button>
    </span>
  )
}

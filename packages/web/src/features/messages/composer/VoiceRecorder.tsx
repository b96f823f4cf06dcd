import { ActionIcon, Loader } from '@mantine/core'
import { SendHorizontal, Square, Trash2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asVoice, RecorderError, type RecorderProblem, type Recording, startRecording } from './recorder.ts'
import classes from './VoiceRecorder.module.css'

type Voice = Awaited<ReturnType<typeof asVoice>>
type Phase =
  | { step: 'starting' | 'recording' | 'preparing' }
  | { step: 'ready'; voice: Voice; url: string }
  | { step: 'problem'; problem: RecorderProblem | 'failed' }
type VoiceRecorderProps = { onSend: (voice: Voice) => void; onClose: () => void }

const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
const BARS = 36
const SLOTS = Array.from({ length: BARS }, (_, i) => i)

const useRecording = () => {
  const [phase, setPhase] = useState<Phase>({ step: 'starting' })
  const [seconds, setSeconds] = useState(0)
  const [levels, setLevels] = useState<number[]>([])
  const recording = useRef<Recording>(undefined)
  useEffect(() => {
    let gone = false
    startRecording().then(
      (started) => {
        if (gone) {
          started.cancel()
          return
        }
        recording.current = started
        setPhase({ step: 'recording' })
      },
      (error: unknown) => setPhase({ step: 'problem', problem: error instanceof RecorderError ? error.problem : 'failed' }),
    )
    return () => {
      gone = true
      recording.current?.cancel()
    }
  }, [])
  useEffect(() => {
    if (phase.step !== 'recording') return undefined
    const since = Date.now()
    const timer = setInterval(() => {
      setSeconds(Math.floor((Date.now() - since) / 1000))
      setLevels((before) => [...before, recording.current?.level() ?? 0].slice(-BARS))
    }, 100)
    return () => clearInterval(timer)
  }, [phase.step])
  const finish = async (): Promise<Voice | null> => {
    const recorded = recording.current?.stop()
    recording.current = undefined
    setPhase({ step: 'preparing' })
    try {
      return recorded ? await asVoice(await recorded) : null
    } catch {
      setPhase({ step: 'problem', problem: 'failed' })
      return null
    }
  }
  const listen = async (): Promise<void> => {
    const voice = await finish()
    if (voice) setPhase({ step: 'ready', voice, url: URL.createObjectURL(voice.file) })
  }
  return { phase, seconds, levels, finish, listen }
}

/** Takes the composer's place: record, listen, send or throw away. */
export function VoiceRecorder({ onSend, onClose }: VoiceRecorderProps) {
  const { t } = useTranslation('composer')
  const { phase, seconds, levels, finish, listen } = useRecording()
  const send = async (): Promise<void> => {
    const voice = phase.step === 'ready' ? phase.voice : await finish()
    if (voice) onSend(voice)
  }
  const offset = BARS - levels.length
  return (
    <section className={classes.recorder} aria-label={t('voice.title')}>
      <ActionIcon variant="subtle" color="gray" size={36} onClick={onClose} aria-label={t('voice.cancel')}>
        <Trash2 size={18} aria-hidden />
      </ActionIcon>
      <div className={classes.middle}>
        {phase.step === 'problem' && <p className={classes.problem}>{t(`voice.${phase.problem}`)}</p>}
        {(phase.step === 'starting' || phase.step === 'preparing') && (
          <span className={classes.wait}>
            <Loader size={16} />
            {phase.step === 'preparing' && t('voice.preparing')}
          </span>
        )}
        {phase.step === 'recording' && (
          <>
            <span className={classes.dot} />
            <span className={classes.clock} role="timer" aria-label={t('voice.recording')}>
              {clock(seconds)}
            </span>
            <span className={classes.wave} aria-hidden>
              {SLOTS.map((slot) => (
                <span key={slot} style={{ height: `${Math.max(8, (levels[slot - offset] ?? 0) * 100)}%` }} />
              ))}
            </span>
          </>
        )}
        {phase.step === 'ready' && (
          // biome-ignore lint/a11y/useMediaCaption: one's own voice, just recorded
          <audio className={classes.preview} src={phase.url} controls />
        )}
      </div>
      {phase.step === 'recording' && (
        <ActionIcon variant="default" size={36} onClick={() => void listen()} aria-label={t('voice.stop')}>
          <Square size={15} aria-hidden />
        </ActionIcon>
      )}
      {(phase.step === 'recording' || phase.step === 'ready') && (
        <ActionIcon size={36} radius="md" onClick={() => void send()} aria-label={t('voice.send')}>
          <SendHorizontal size={18} aria-hidden />
        </ActionIcon>
      )}
    </section>
  )
}

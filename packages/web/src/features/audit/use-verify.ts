import { AuditProgress } from '@atende/contracts/audit'
import { useState } from 'react'
import { apiAnswer } from '../../lib/api.ts'
import { queryClient } from '../../lib/query.ts'
import { toastError } from '../../ui/toast.ts'
import { useAuditBase } from './use-audit.ts'

async function* linesOf(answer: Response): AsyncGenerator<string> {
  let rest = ''
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const part = await reader?.read()
    if (part === undefined || part.done) break
    const lines = (rest + part.value).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

/** Verifies the chain; `step` is how far it is, and in the end what it found. */
export function useVerify() {
  const base = useAuditBase()
  const [step, setStep] = useState<AuditProgress | null>(null)
  const verify = async (): Promise<void> => {
    setStep({ type: 'progress', lines: 0, total: 0 })
    let last: AuditProgress = { type: 'failed' }
    try {
      for await (const line of linesOf(await apiAnswer('POST', `${base}/verify`))) {
        last = AuditProgress.parse(JSON.parse(line))
        if (last.type === 'progress') setStep(last)
      }
      setStep(last.type === 'progress' ? { type: 'failed' } : last)
    } catch (error) {
      setStep(null)
      toastError(error)
    }
    await queryClient.invalidateQueries({ queryKey: ['audit'] })
  }
  return { step, verify, running: step?.type === 'progress' }
}

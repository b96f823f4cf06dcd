import { lazy, Suspense } from 'react'
import { useProofAsk } from '../lib/step-up.ts'

const StepUpDialog = lazy(() => import('../features/access/factors/StepUpDialog.tsx').then((m) => ({ default: m.StepUpDialog })))

/** The one place of the dialog "Confirme que é você", for every page. */
export function StepUpHost() {
  const ask = useProofAsk()
  if (ask === null) return null
  return (
    <Suspense>
      <StepUpDialog methods={ask.methods} onDone={ask.settle} />
    </Suspense>
  )
}

import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { ErrorState } from '../ui/ErrorState.tsx'
import classes from './Page.module.css'

/** A page could not start: no server, or a fault of ours. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const retry = (): void => {
    reset()
    void router.invalidate()
  }
  return (
    <main className={classes.full}>
      <ErrorState error={error} retry={retry} />
    </main>
  )
}

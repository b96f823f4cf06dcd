import { ChevronRight } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import classes from './Advanced.module.css'

type AdvancedProps = { title: string /** Open in any case, because something in it needs attention. */; forced: boolean; children: ReactNode }

/** What few people need, out of the way until asked for. */
export function Advanced({ title, forced, children }: AdvancedProps) {
  const [asked, setAsked] = useState(false)
  const id = useId()
  const open = asked || forced
  return (
    <div>
      <button type="button" className={classes.button} aria-expanded={open} aria-controls={id} onClick={() => setAsked(!open)}>
        <ChevronRight size={15} aria-hidden />
        {title}
      </button>
      <div id={id} hidden={!open} className={classes.body}>
        {open && children}
      </div>
    </div>
  )
}

import { UnstyledButton } from '@mantine/core'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import classes from './Step.module.css'

type StepProps = { number: number; title: string; text: string; done: boolean; open: boolean; onOpen: () => void; children: ReactNode }

/** One line of the checklist; the open one shows its work. */
export function Step({ number, title, text, done, open, onOpen, children }: StepProps) {
  return (
    <li className={classes.step} data-open={open || undefined} data-done={done || undefined}>
      <UnstyledButton className={classes.head} onClick={onOpen} aria-expanded={open}>
        <span className={classes.number} aria-hidden>
          {done ? <Check size={16} strokeWidth={2.6} /> : number}
        </span>
        <span>
          <span className={classes.title}>{title}</span>
          <span className={classes.text}>{text}</span>
        </span>
      </UnstyledButton>
      {open && <div className={classes.work}>{children}</div>}
    </li>
  )
}

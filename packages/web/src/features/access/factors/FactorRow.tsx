import { Text } from '@mantine/core'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Row } from '../../../ui/Section.tsx'
import classes from './Factor.module.css'

type FactorRowProps = { icon: LucideIcon; name: ReactNode; text: string; children?: ReactNode }

/** A factor with its state and what can be done with it. */
export function FactorRow({ icon: Icon, name, text, children }: FactorRowProps) {
  return (
    <Row>
      <Icon size={20} className={classes.icon} aria-hidden />
      <div className={classes.words}>
        <div className={classes.name}>{name}</div>
        <Text size="xs" c="dimmed">
          {text}
        </Text>
      </div>
      {children !== undefined && <div className={classes.actions}>{children}</div>}
    </Row>
  )
}

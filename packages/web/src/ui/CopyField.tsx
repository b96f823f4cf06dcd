import { CopyButton } from './CopyButton.tsx'
import classes from './CopyField.module.css'

/** Something to paste elsewhere, whole and selectable. */
export function CopyField({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <div className={classes.label}>{label}</div>
      <div className={classes.box}>
        <code className={classes.value}>{value}</code>
        <CopyButton value={value} label={label} withText />
      </div>
    </div>
  )
}

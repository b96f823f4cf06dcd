import { Link } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import classes from './BackLink.module.css'

type BackLinkProps = { to: '/configuracoes' | '/configuracoes/canais' | '/configuracoes/modelos'; label: string }

/** Over the title of a page that belongs to a list. */
export function BackLink({ to, label }: BackLinkProps) {
  return (
    <Link to={to} className={classes.back}>
      <ChevronLeft size={15} aria-hidden />
      {label}
    </Link>
  )
}

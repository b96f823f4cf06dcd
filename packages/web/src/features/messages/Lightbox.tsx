import type { Media } from '@atende/contracts/media'
import { lazy, Suspense } from 'react'

/** Nobody needs it at first paint. */
const PictureViewer = lazy(() => import('./PictureViewer.tsx').then((m) => ({ default: m.PictureViewer })))

type LightboxProps = { media: Media; caption: string; onClose: () => void }

export const Lightbox = (props: LightboxProps) => (
  <Suspense fallback={null}>
    <PictureViewer {...props} />
  </Suspense>
)

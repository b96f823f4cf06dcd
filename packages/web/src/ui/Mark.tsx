/** A speech bubble that is also an open door, with its handle. */
export function Mark({ size = 28, title }: { size?: number; title?: string }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" role={title ? 'img' : undefined} aria-hidden={title ? undefined : true} aria-label={title}>
      <path
        d="M8 3h16a5 5 0 0 1 5 5v12a5 5 0 0 1-5 5H13.4l-5.2 4.2A1.35 1.35 0 0 1 6 28.1V25a4.6 4.6 0 0 1-3-4.6V8a5 5 0 0 1 5-5Z"
        fill="var(--at-mark, #0f766e)"
      />
      <path d="M11 20.5V10.2a2.2 2.2 0 0 1 2.2-2.2h7.6A2.2 2.2 0 0 1 23 10.2v10.3z" fill="#fff" fillOpacity=".28" />
      <path d="M11 20.5V8.9a1 1 0 0 1 1.3-.950l5.4 1.75a1.3 1.3 0 0 1 .9 1.24v11.2a.9.9 0 0 1-1.22.840z" fill="#fff" />
      <circle cx="16.3" cy="15.8" r="1.05" fill="var(--at-mark, #0f766e)" />
    </svg>
  )
}

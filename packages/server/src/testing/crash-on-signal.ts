/** Preloaded beside a server: what nobody caught, when a test asks for it. */
process.on('SIGUSR2', () => {
  setTimeout(() => {
    throw new Error(`cannot greet "${process.env.CRASH_WORDS}" at ${process.env.CRASH_EMAIL}`)
  })
})

/** Imported before a process of the tests starts: it breaks when it is told to. */
process.on('SIGUSR2', () => {
  setImmediate(() => {
    throw new Error('broken by the test')
  })
})

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    globalSetup: ['packages/server/src/testing/global-setup.ts'],
    pool: 'forks',
    // Each file has a server, an emulator and a browser of its own. Within a file each story builds on the one before it.
    maxWorkers: 2,
    bail: 1,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  },
})

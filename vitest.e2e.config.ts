import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    globalSetup: ['packages/server/src/testing/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    // Each story builds on the one before it.
    bail: 1,
    testTimeout: 60_000,
    hookTimeout: 90_000,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  },
})

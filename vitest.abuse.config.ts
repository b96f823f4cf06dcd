import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/abuse/**/*.abuse.ts'],
    globalSetup: ['packages/server/src/testing/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 60_000,
    // How much memory stays in use is asked after a collection.
    execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc'],
  },
})

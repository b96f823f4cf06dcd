import { defineConfig } from 'vitest/config'

/** More rounds take longer; a busy machine does as well. */
const ROUNDS = Math.max(1, Number(process.env.ABUSE_ROUNDS ?? 1) || 1)

export default defineConfig({
  test: {
    include: ['tests/abuse/**/*.abuse.ts'],
    globalSetup: ['packages/server/src/testing/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 600_000 + (ROUNDS - 1) * 300_000,
    hookTimeout: 180_000,
    // How much memory stays in use is asked after a collection.
    execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc'],
  },
})

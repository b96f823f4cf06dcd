import { defineConfig } from 'vitest/config'

/** What starts processes, changes settings of its own process or looks at what others left behind. */
const APART = ['packages/server/src/cli/**/*.test.ts', 'packages/server/src/operations/**/*.test.ts', 'tests/**/*.test.ts']

const shared = {
  globalSetup: ['packages/server/src/testing/global-setup.ts'],
  pool: 'forks' as const,
  // As long as what is waited for inside, on a machine that has other things to do.
  testTimeout: 90_000,
  hookTimeout: 120_000,
  execArgv: ['--disable-warning=ExperimentalWarning'],
}

export default defineConfig({
  test: {
    // More than there are cores: who waits for a process or a clock leaves room.
    maxWorkers: 3,
    projects: [
      {
        test: {
          ...shared,
          name: 'parts',
          include: ['packages/*/src/**/*.test.ts', 'packages/*/conformance/**/*.test.ts'],
          exclude: APART,
          // One process for many files: loading the server anew for each took a third of the time.
          isolate: false,
        },
      },
      { test: { ...shared, name: 'whole', include: APART } },
    ],
  },
})

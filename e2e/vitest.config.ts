// The end-to-end suite: whole processes, one file at a time, with longer deadlines than unit tests.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    // Tests that run whole processes live beside the code; they belong to this suite, not to the unit tests.
    include: [
      '**/*.test.ts',
      '../apps/server/src/**/*.process.test.ts',
      '../packages/**/src/**/*.process.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/.artifacts/**'],
    pool: 'forks',
    // Whole relays run in each file: side by side they would measure each other.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

// The end-to-end suite: whole processes, one file at a time, with longer deadlines than unit tests.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.artifacts/**'],
    pool: 'forks',
    // Whole relays run in each file: side by side they would measure each other.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

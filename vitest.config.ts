// Unit and contract tests of every package; the end-to-end suite has its own config in e2e/.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{apps,packages,tooling,bench}/**/*.test.{ts,tsx}'],
    // Tests of whole processes run with the end-to-end suite.
    exclude: ['**/*.process.test.ts', '**/node_modules/**', '**/.next/**', '**/fixtures/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
  },
});

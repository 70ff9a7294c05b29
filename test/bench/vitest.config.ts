import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Longest time of one measurement in milliseconds. */
const LIMIT_MS = 600_000;
const names = (process.env.HOTLINE_BENCHES ?? '').split(',');

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'bench',
    globalSetup: ['test/global-setup.ts'],
    include: names.map((n) => `test/bench/${n}.ts`),
    pool: 'forks',
    // One after the other: each wants the whole machine.
    fileParallelism: false,
    testTimeout: LIMIT_MS,
    hookTimeout: LIMIT_MS,
    reporters: [['default', { summary: false }]],
  },
});

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What is needed before and after the minutes that were asked for, in milliseconds. */
const AROUND_MS = 300_000;
const limit = Number(process.env.SOAK_MINUTES ?? 60) * 60_000 + AROUND_MS;

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'soak',
    globalSetup: ['test/global-setup.ts'],
    include: [`test/soak/${process.env.SOAK ?? 'soak'}.run.ts`],
    pool: 'forks',
    testTimeout: limit,
    hookTimeout: AROUND_MS,
    reporters: [['default', { summary: false }]],
  },
});

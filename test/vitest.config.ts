import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Time limits in ms: a rule answers at once; real processes and a browser take their time. */
const UNIT_MS = 30_000;
const WHOLE_MS = 120_000;

const ci = Boolean(process.env.CI);
/** Paths are those of the repository, wherever the command is given. */
const root = fileURLToPath(new URL('..', import.meta.url));

const suite = (name: string, include: string[], limitMs: number) => ({
  root,
  test: {
    name,
    include,
    // Processes, not threads: each test file has its own environment, clock and exit.
    pool: 'forks' as const,
    testTimeout: limitMs,
    hookTimeout: limitMs,
  },
});

export default defineConfig({
  root,
  test: {
    // Only here: a project that inherited it would run it again.
    globalSetup: ['test/global-setup.ts'],
    reporters: ci ? ['default', 'json'] : ['default'],
    ...(ci ? { outputFile: { json: '.data/test-report.json' } } : {}),
    // They wait for processes and pages more than they compute: two at once even on two cores.
    maxWorkers: 2,
    // A test left marked `only` would hide all the others.
    allowOnly: !ci,
    projects: [
      suite('unit', ['test/*.test.ts', 'test/{rules,stores,http}/**/*.test.ts'], UNIT_MS),
      suite('whole', ['test/{flow,browser,faults,bench}/**/*.test.ts'], WHOLE_MS),
    ],
  },
});

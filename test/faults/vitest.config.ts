import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Longest time of one run in milliseconds. */
const LIMIT_MS = 600_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
/** `f2/redis`: a scene on one of its backends; `plants/alone`: those that want the machine for themselves. */
const names = (process.env.FAULTS_SCENES ?? '').split(',');

export default defineConfig({
  root,
  test: {
    globalSetup: ['test/global-setup.ts'],
    reporters: [['default', { summary: false }]],
    maxWorkers: Number(process.env.FAULTS_WORKERS ?? 1),
    projects: names.map((name) => ({
      root,
      test: {
        name,
        include: [
          name.startsWith('plants/') ? 'test/faults/plants.run.ts' : 'test/faults/scene.run.ts',
        ],
        env: { FAULTS_SCENE: name },
        pool: 'forks' as const,
        testTimeout: LIMIT_MS,
        hookTimeout: LIMIT_MS,
      },
    })),
  },
});

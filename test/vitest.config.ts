import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Time limits in ms: a rule answers at once; real processes and a browser take their time. */
const UNIT_MS = 30_000;
const WHOLE_MS = 120_000;

const ci = Boolean(process.env.CI);
/** Paths are those of the repository, wherever the command is given. */
const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * These first, the short ones after them: both workers are busy to the end. A file that computes (a
 * browser) beside one that waits (for instants, for processes).
 */
const LONG = [
  ['browser/pages', 'flow/board'],
  ['browser/supervisor', 'faults/timers'],
  ['browser/operator', 'flow/supervisor'],
  ['browser/citizen', 'flow/demo'],
  ['browser/chat', 'sip/calls'],
  ['browser/unit', 'faults/gateway'],
  ['sip/switch', 'flow/chat'],
  ['browser/journey', 'faults/lost-queues'],
  ['browser/desks', 'faults/killed'],
  ['http/paraphrases', 'flow/road'],
  ['http/permissions', 'flow/privacy'],
  ['http/review-2026-11', 'faults/races'],
].flat();

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      (LONG.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`)) + 1 || Infinity) - 1;
    const sorted = await super.sort(files);
    const short = sorted.filter((file) => place(file) === Infinity);
    return [
      ...sorted.filter((file) => place(file) < Infinity).sort((a, b) => place(a) - place(b)),
      ...short.filter((file) => file.project.name === 'whole'),
      ...short.filter((file) => file.project.name !== 'whole'),
    ];
  }
}

const suite = (name: string, include: string[], limitMs: number, isolate: boolean) => ({
  root,
  test: {
    name,
    include,
    // Processes, not threads: nothing is shared with another that runs.
    pool: 'forks' as const,
    isolate,
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
    sequence: { sequencer: LongFirst },
    // A test left marked `only` would hide all the others.
    allowOnly: !ci,
    projects: [
      // The many short ones share what a process has loaded; each has its own world all the same.
      suite('unit', ['test/*.test.ts', 'test/{rules,stores,http}/**/*.test.ts'], UNIT_MS, false),
      suite('whole', ['test/{flow,browser,faults,bench,sip}/**/*.test.ts'], WHOLE_MS, true),
    ],
  },
});

/** Plays the scene and backend that `FAULTS_SCENE` names, once for each seed, and prints a line a run. */
import { appendFileSync } from 'node:fs';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type { Backend } from '../processes.ts';
import { lineOf, IN_FLIGHT } from './scene.ts';
import { SCENES } from './scenes/index.ts';

const [name = '', backend = 'postgres'] = (process.env.FAULTS_SCENE ?? '').split('/') as [
  string,
  Backend?,
];
const full = process.env.FAULTS === 'full';
const seeds = (process.env.FAULTS_SEEDS ?? '1').split(',').map(Number);
const scene = SCENES[name]!;
afterAll(() => scene.close?.());

describe.skipIf(backend === 'redis' && inject('redisUrl') === null)(
  `${name}: ${scene.title}, queues on ${backend}`,
  () => {
    it.each(seeds)('seed %d', async (seed) => {
      // One run is long, the others are many.
      const size = full && seed === seeds[0] ? 'full' : 'ci';
      const verdict = await scene.play({ seed, backend, size, env: {} });
      process.stdout.write(`${lineOf(name, { seed, backend }, verdict)}\n`);
      const results = process.env.FAULTS_RESULTS;
      const red = verdict.violations.length;
      if (results)
        appendFileSync(results, `${JSON.stringify({ name, backend, ...verdict, red })}\n`);
      expect(verdict.violations).toEqual([]);
      const share = verdict.faultsInFlight / verdict.faults;
      expect(share).toBeGreaterThanOrEqual(scene.inFlight ?? IN_FLIGHT);
    });
  },
);

/** Plays the scene that `FAULTS_SCENE` names, once for each seed and backend, and prints a line a run. */
import { afterAll, describe, expect, inject, it } from 'vitest';
import { lineOf, IN_FLIGHT } from './scene.ts';
import { SCENES } from './scenes/index.ts';

const name = process.env.FAULTS_SCENE ?? '';
const full = process.env.FAULTS === 'full';
const seeds = (process.env.FAULTS_SEEDS ?? '1').split(',').map(Number);
const scene = SCENES[name]!;
afterAll(() => scene.close?.());

describe.each(scene.backends)(`${name}: ${scene.title}, queues on %s`, (backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    it.each(seeds)('seed %d', async (seed) => {
      const verdict = await scene.play({ seed, backend, full, env: {} });
      process.stdout.write(`${lineOf(name, { seed, backend }, verdict)}\n`);
      expect(verdict.violations).toEqual([]);
      const share = verdict.faultsInFlight / verdict.faults;
      expect(share).toBeGreaterThanOrEqual(scene.inFlight ?? IN_FLIGHT);
    });
  });
});

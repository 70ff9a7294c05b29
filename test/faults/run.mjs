// `npm run faults -- [--full] [--seeds 1,2,3] [--workers 4] [f1 f2 …]`: strikes the platform with the faults of
// quality.md on real processes and a durable database, and prints one line for each run. Without names
// all of them, and the planted bugs that each must turn red. `--full`: twenty seeds, the first of them in
// a long run, together what quality.md asks (100 kills of a worker, 5,000 submissions, minutes without Redis).
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

// With the backends that make a difference to it; the longest first, so that all workers are busy to
// the end.
const SCENES = {
  plants: ['together', 'alone'],
  f2: ['postgres', 'redis'],
  f4: ['postgres', 'redis'],
  f3: ['postgres', 'redis'],
  f9: ['postgres'],
  f5: ['redis'],
  f12: ['postgres'],
  f1: ['postgres'],
  f7: ['postgres', 'redis'],
  f6: ['postgres'],
  f8: ['postgres'],
};
const FULL_SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    seeds: { type: 'string' },
    // Scenes at once: they wait more than they compute.
    workers: { type: 'string', default: '4' },
  },
});
const unknown = positionals.filter((n) => !(n in SCENES));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(' ')}; there are ${Object.keys(SCENES).join(' ')}`);
  process.exit(2);
}
const scenes = Object.keys(SCENES)
  .filter((n) => positionals.length === 0 || positionals.includes(n))
  .flatMap((n) => SCENES[n].map((backend) => `${n}/${backend}`));
const seeds = values.seeds ?? (values.full ? FULL_SEEDS.join(',') : '1');
const begun = performance.now();
const results = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hotline-faults-')), 'results');
fs.writeFileSync(results, '');

const play = (some, workers) =>
  new Promise((done) => {
    if (some.length === 0) return done(0);
    const vitest = spawn(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/faults/vitest.config.ts'],
      {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        stdio: 'inherit',
        env: {
          ...process.env,
          HOTLINE_DURABLE: '1',
          FAULTS: values.full ? 'full' : 'ci',
          FAULTS_SEEDS: seeds,
          FAULTS_RESULTS: results,
          // What is missing, Redis for one, is no reason to say that all is well.
          ...(values.full && { HOTLINE_REQUIRE_ALL: '1' }),
          FAULTS_SCENES: some.join(','),
          FAULTS_WORKERS: String(workers),
        },
      },
    );
    vitest.on('close', (code) => done(code ?? 1));
  });

const alone = (scene) => scene.startsWith('f12') || scene === 'plants/alone';
const codes = [
  await play(
    scenes.filter((s) => !alone(s)),
    Number(values.workers),
  ),
  // A storm is measured: it has the machine for itself.
  await play(scenes.filter(alone), 1),
];

/** What became of each scene in all its seeds. */
function summary() {
  const runs = fs.readFileSync(results, 'utf8').split('\n').filter(Boolean).map((l) => JSON.parse(l)); // prettier-ignore
  const of = new Map();
  for (const r of runs) {
    const scene = `${r.name.toUpperCase()} ${r.backend}`;
    of.set(scene, [...(of.get(scene) ?? []), r]);
  }
  const cells = (list) => list.map((c, i) => String(c).padStart(i === 0 ? 0 : 13)).join('');
  const heads = [
    'seeds',
    'faults',
    'in flight',
    'acknowledged',
    'lost',
    'doubled',
    'late',
    'slowest s',
    'red',
  ];
  console.log(cells(['scene'.padEnd(12), ...heads]));
  for (const scene of [...of.keys()].sort()) {
    const list = of.get(scene);
    const sum = (key) => list.reduce((n, r) => n + r[key], 0);
    const slowest = Math.max(...list.map((r) => r.slowestRecoveryMs)) / 1_000;
    const red = list.filter((r) => r.red > 0).length;
    const counts = ['faults', 'faultsInFlight', 'acknowledged', 'lost', 'doubled', 'late'].map(sum);
    console.log(cells([scene.padEnd(12), list.length, ...counts, slowest.toFixed(1), red]));
  }
}

summary();
fs.rmSync(path.dirname(results), { recursive: true });
console.log(`faults: ${Math.round((performance.now() - begun) / 1_000)} s`);
process.exit(Math.max(...codes));

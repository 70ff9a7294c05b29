// `npm run faults -- [--full] [--seeds 1,2,3] [f1 f2 …]`: strikes the platform with the faults of
// quality.md on real processes and a durable database, and prints one line for each run. Without names
// all of them, and the planted bugs that each must turn red.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

// The longest first: both workers are busy to the end.
const NAMES = ['f2', 'f9', 'f5', 'f1', 'f3', 'f6', 'f4', 'f8'];
const FULL_SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: 'boolean', default: false }, seeds: { type: 'string' } },
});
const unknown = positionals.filter((n) => !NAMES.includes(n));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(' ')}; there are ${NAMES.join(' ')}`);
  process.exit(2);
}
const seeds = values.seeds ?? (values.full ? FULL_SEEDS.join(',') : '1');
const begun = performance.now();
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
      FAULTS_SCENES: (positionals.length > 0 ? positionals : NAMES).join(','),
    },
  },
);
vitest.on('close', (code) => {
  console.log(`faults: ${Math.round((performance.now() - begun) / 1_000)} s`);
  process.exit(code ?? 1);
});

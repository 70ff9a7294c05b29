// `npm run bench -- NAME…`: runs test/bench/NAME.ts on real processes and a durable database, and
// prints one JSON line for each measurement; without a name those that have a target. Figures depend on
// the machine and are not asserted; that both sides of a ratio did as much is.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const READING = ['lists', 'search'];
const root = fileURLToPath(new URL('../..', import.meta.url));
const TARGETS = ['intake', 'lifecycle', 'lists', 'search', 'timers', 'board'];
const names = process.argv.length > 2 ? process.argv.slice(2) : TARGETS;
const unknown = names.filter((n) => !existsSync(path.join(root, 'test/bench', `${n}.ts`)));
if (unknown.length > 0) {
  console.error(`usage: npm run bench -- NAME…; unknown: ${unknown.join(' ')}`);
  process.exit(2);
}
const vitest = spawn(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/bench/vitest.config.ts'],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      // What only reads is planted sooner where nothing must last.
      ...(names.every((n) => READING.includes(n)) ? {} : { HOTLINE_DURABLE: '1' }),
      HOTLINE_BENCHES: names.join(','),
    },
  },
);
vitest.on('close', (code) => process.exit(code ?? 1));

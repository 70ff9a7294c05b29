// `npm run soak -- [--minutes N] [--redis] [--rolling]`: the full house (two api and two worker
// processes) under steady load, an hour where nobody says otherwise. Prints what each process takes
// every minute, and fails where it does not stay flat. With --rolling it restarts all four processes
// one after the other instead, and fails at the first request that does.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const MINUTES = 60;
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: String(MINUTES) },
    redis: { type: 'boolean', default: false },
    rolling: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0 && minutes <= 24 * 60)) {
  console.error('usage: npm run soak -- [--minutes 1…1440] [--redis] [--rolling]');
  process.exit(2);
}
const vitest = spawn(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/soak/vitest.config.ts'],
  {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: 'inherit',
    env: {
      ...process.env,
      HOTLINE_DURABLE: '1',
      SOAK: values.rolling ? 'rolling' : 'soak',
      SOAK_MINUTES: String(minutes),
      SOAK_BACKEND: values.redis ? 'redis' : 'postgres',
    },
  },
);
vitest.on('close', (code) => process.exit(code ?? 1));

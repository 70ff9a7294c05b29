// `npm test`: installs what is missing, development packages too, then runs vitest with the given
// arguments and ends as it ends.
import { spawn } from 'node:child_process';
import { EXIT_CODES, install, prepare, root } from './install.mjs';

const VITEST = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts'];

await prepare(() => install({ dev: true }));
const vitest = spawn(process.execPath, [...VITEST, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of Object.keys(EXIT_CODES)) process.on(signal, () => vitest.kill(signal));
vitest.on('close', (code, signal) => process.exit(code ?? EXIT_CODES[signal] ?? 1));

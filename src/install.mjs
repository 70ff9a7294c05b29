// What `npm start` and `npm test` do first: install what package-lock.json says, when it is not
// there. Imports nothing but Node itself, because nothing may be installed yet.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
const INSTALL_STAMP = path.join(root, 'node_modules/.hotline-installed');
const NODE_MIN = [20, 19];
const HEARTBEAT_MS = 5_000;
const STOP_LIMIT_MS = 3_000;

function say(text) {
  const seconds = (performance.now() / 1000).toFixed(1).padStart(5);
  process.stdout.write(`[${seconds}s] ${text}\n`);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  const wanted = NODE_MIN.join('.');
  console.error(`需要 Node.js ${wanted} 或更新版本，当前为 ${process.versions.node}`);
  console.error(`Node.js ${wanted} or newer is needed, this is ${process.versions.node}`);
  process.exit(1);
}

export const sha256 = (content) => createHash('sha256').update(content).digest('hex');
const read = (file) => readFileSync(path.join(root, file), 'utf8');
export const stampIs = (stamp, value) => existsSync(stamp) && readFileSync(stamp, 'utf8') === value;

/** Whether node_modules is what package-lock.json says; without `dev`, those packages may be absent. */
function isInstalled(lockHash, dev) {
  // The stamp does not know whether they are there.
  if (!dev && stampIs(INSTALL_STAMP, lockHash)) return true;
  if (!existsSync(path.join(root, 'node_modules/.package-lock.json'))) return false;
  // Installed by hand: npm's own record, written last, says what is there.
  const wanted = JSON.parse(read('package-lock.json')).packages;
  const present = JSON.parse(read('node_modules/.package-lock.json')).packages;
  return Object.entries(wanted).every(([name, entry]) => {
    const spare = entry.optional || (!dev && (entry.dev || entry.devOptional));
    if (name === '' || (present[name] === undefined && spare)) return true;
    return present[name]?.version === entry.version;
  });
}

/** The child that works for us now, and the signal that told us to stop. */
let step;
let stopped;

/** Runs a step with a sign of life; its output is shown only when it fails. */
export function run(title, file, args, options = {}) {
  say(`${title} …`);
  const startedAt = performance.now();
  const beat = setInterval(() => {
    say(`${title} … 已用 ${Math.round((performance.now() - startedAt) / 1000)} 秒 still working`);
  }, HEARTBEAT_MS);
  step = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let output = '';
  for (const stream of [step.stdout, step.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-20_000)));
  }
  return new Promise((resolve, reject) => {
    step.on('error', reject);
    step.on('close', (code, signal) => {
      step = undefined;
      if (code === 0 && !stopped) return resolve();
      if (!stopped) process.stderr.write(output);
      reject(new Error(`${title}: ${signal ?? `code ${code}`}`));
    });
  }).finally(() => clearInterval(beat));
}

/**
 * Installs when something is missing or of another version.
 * @param dev whether development packages must be there too.
 * @param npm file of the npm that runs us, where it is known.
 */
export async function install({ dev = false, npm } = {}) {
  const lockHash = sha256(read('package-lock.json'));
  if (!isInstalled(lockHash, dev)) {
    const args = ['ci', '--no-audit', '--no-fund', ...(dev ? ['--include=dev'] : [])];
    const title = '安装依赖 installing packages';
    // npm says where it is; a bare name needs a shell on Windows.
    if (npm?.endsWith('.js')) await run(title, process.execPath, [npm, ...args]);
    else await run(title, 'npm', args, { shell: process.platform === 'win32' });
  }
  if (!stampIs(INSTALL_STAMP, lockHash)) tryWrite(INSTALL_STAMP, lockHash);
}

/** Without the stamp the next start only looks longer. */
function tryWrite(file, text) {
  try {
    writeFileSync(file, text);
  } catch {}
}

/** npm rolls back when it is told to stop, which takes it long; half an install is redone anyway. */
function stop(signal) {
  if (!step) process.exit(EXIT_CODES[signal]);
  if (!stopped) say('正在取消 cancelling …');
  stopped = signal;
  step.kill('SIGTERM');
  setTimeout(() => step?.kill('SIGKILL'), STOP_LIMIT_MS).unref();
}

/** Does `work` first, in the repository's root: a signal cancels it, a failure ends the process. */
export async function prepare(work) {
  checkNode();
  process.chdir(root);
  process.stdout.on('error', () => {});
  for (const signal of Object.keys(EXIT_CODES)) process.on(signal, stop);
  try {
    await work();
  } catch (error) {
    if (stopped) {
      say('已取消 cancelled');
      process.exit(EXIT_CODES[stopped]);
    }
    console.error(`启动失败 could not start: ${error.message}`);
    process.exit(1);
  }
  for (const signal of Object.keys(EXIT_CODES)) process.off(signal, stop);
}

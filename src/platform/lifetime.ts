/**
 * How processes of the platform live and end. Children (api, workers, commands) use `onShutdown`
 * and `untilParentEnds`; the supervisor uses `keepRunning`. Nothing here outlives its parent.
 */
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** One person of the demo city who can log in; shown in the terminal after the start. */
export interface DemoAccount {
  login: string;
  password: string;
  name: string;
  role: string;
}

/** What a child tells its supervisor over IPC. */
export type ChildMessage =
  | { type: 'ready'; url?: string }
  /** `empty`: no order was ever raised in this city. */
  | { type: 'accounts'; accounts: DemoAccount[]; empty: boolean };

/** Tells the supervisor something; does nothing in a process that has none. */
export function tellParent(message: ChildMessage): void {
  if (process.connected) process.send?.(message);
}

let asked = false;
/** Whether this process was asked to end. */
export const isEnding = (): boolean => asked;

const shutdowns: { name: string; run: () => unknown }[] = [];

/** Adds a step of the orderly end of this process; steps run one after the other, first added first. */
export function onShutdown(name: string, run: () => unknown): void {
  shutdowns.push({ name, run });
}

/** Runs every step even when one fails; the exit code says whether all did their work. */
async function runShutdowns(): Promise<0 | 1> {
  let code: 0 | 1 = 0;
  for (const step of shutdowns.splice(0)) {
    try {
      await step.run();
    } catch (error) {
      code = 1;
      process.stderr.write(`shutdown of ${step.name} failed: ${String(error)}\n`);
    }
  }
  return code;
}

/** How long what is under way may take when this process ends, in milliseconds. */
export const END_LIMIT_MS = 8_000;

/**
 * Serves until this process is asked to end (SIGTERM; SIGINT when it has no supervisor) or its
 * supervisor is gone, then runs the shutdown steps and exits: 0, or 1 when a step failed or the
 * steps took longer than `limitMs` milliseconds.
 */
export function untilParentEnds(limitMs = END_LIMIT_MS): Promise<never> {
  const supervised = process.send !== undefined;
  ignoreBrokenOutput();
  return new Promise<never>(() => {
    const end = () => {
      if (asked) return;
      asked = true;
      setTimeout(() => process.exit(1), limitMs).unref();
      void runShutdowns().then((code) => process.exit(code));
    };
    // The terminal sends Ctrl-C to everybody; the supervisor alone decides the order of the end.
    process.on('SIGINT', supervised ? () => {} : end);
    process.on('SIGHUP', supervised ? () => {} : end);
    process.on('SIGTERM', end);
    process.on('disconnect', end);
    if (supervised && !process.connected) end();
  });
}

/** A terminal that went away must not take the process with it before its work is in order. */
export function ignoreBrokenOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  }
}

export interface ProcessInfo {
  /** Tells this process from a later one that got the same number. */
  started: string;
  parent: number;
  command: string;
}

/** What runs under this process number; undefined for none and for a zombie. */
export function processInfo(pid: number): ProcessInfo | undefined {
  try {
    if (process.platform !== 'linux') return psInfo(pid);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name, may hold spaces and brackets: count from its last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { started: fields[19] ?? '', parent: Number(fields[1]), command };
  } catch {
    return undefined;
  }
}

function psInfo(pid: number): ProcessInfo | undefined {
  const args = ['-o', 'stat=,ppid=,lstart=,command=', '-p', String(pid)];
  const line = execFileSync('ps', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  const found = /^(\S+)\s+(\d+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\d{4})\s+(.*)$/m.exec(line.trim());
  if (!found || found[1]?.startsWith('Z')) return undefined;
  return { started: found[3] ?? '', parent: Number(found[2]), command: found[4] ?? '' };
}

/** Polls until `done` holds. @returns false when it still did not after `limitMs` milliseconds. */
export async function waitUntil(done: () => boolean, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (!done()) {
    if (performance.now() > deadline) return false;
    await sleep(25);
  }
  return true;
}

export interface ChildOptions {
  /** Shown before what the supervisor says about this child. */
  name: string;
  /** The script to run. */
  file: string;
  args?: string[];
  env: NodeJS.ProcessEnv;
  /** Receives what the child prints. */
  output: (text: string) => void;
  onMessage?: (message: ChildMessage) => void;
}

/**
 * Forks a child with IPC. It has its own process group, so that Ctrl-C reaches the supervisor
 * only, and its output passes through us, so that a closed terminal cannot break it.
 */
export function startChild(options: ChildOptions): ChildProcess {
  const child = fork(options.file, options.args ?? [], {
    env: options.env,
    execArgv: ['--enable-source-maps'],
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', options.output);
  }
  child.on('message', (message) => options.onMessage?.(message as ChildMessage));
  return child;
}

export const isRunning = (child: ChildProcess): boolean =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null;

/** Asks a child to end and kills it when it has not after `limitMs` milliseconds. */
export async function stopChild(child: ChildProcess, limitMs: number): Promise<void> {
  if (!isRunning(child)) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // Windows knows no SIGTERM that can be caught; there the closed channel is the message.
  if (process.platform === 'win32') child.disconnect();
  else child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  await ended;
  clearTimeout(timer);
}

/** How a process ended, in words: `code 1` or `SIGKILL`. */
export const howEnded = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal ?? `code ${code}`;

/** Milliseconds before the n-th restart in a row (from 1): 250, 500, … at most 10 s. */
export const backOffMs = (attempt: number): number => Math.min(250 * 2 ** (attempt - 1), 10_000);

/** A child that ran this long is healthy: its next crash counts as the first again. */
const HEALTHY_MS = 60_000;

/** A child that is started again whenever it ends unasked. */
export interface Service {
  pid(): number | undefined;
  /** Its first `ready` message; rejects when it ends before that or says nothing in time. */
  ready: Promise<ChildMessage & { type: 'ready' }>;
  stop(limitMs: number): Promise<void>;
}

export interface ServiceOptions extends ChildOptions {
  readyLimitMs: number;
  /** Told of each crash and of the number of the restarted process. */
  onCrash: (how: string, restartInMs: number) => void;
  onStart: (pid: number | undefined) => void;
}

/** Starts a child and keeps it running until `stop`. A crash before the first `ready` is final. */
export function keepRunning(options: ServiceOptions): Service {
  const { name, readyLimitMs } = options;
  const first = deferred<ChildMessage & { type: 'ready' }>();
  const late = setTimeout(
    () => first.reject(new Error(`${name}: not ready after ${readyLimitMs / 1000} s`)),
    readyLimitMs,
  );
  let child: ChildProcess | undefined;
  let wanted = true;
  let wasReady = false;
  let crashes = 0;
  let restart: NodeJS.Timeout | undefined;

  const onMessage = (message: ChildMessage) => {
    if (message.type === 'ready') {
      clearTimeout(late);
      wasReady = true;
      first.resolve(message);
    }
    options.onMessage?.(message);
  };
  const onExit = (how: string, ranMs: number) => {
    clearTimeout(late);
    if (!wanted) return first.reject(new Error(`${name}: stopped`));
    if (!wasReady) return first.reject(new Error(`${name}: ended before it was ready (${how})`));
    crashes = ranMs > HEALTHY_MS ? 1 : crashes + 1;
    options.onCrash(how, backOffMs(crashes));
    restart = setTimeout(start, backOffMs(crashes));
  };
  function start(): void {
    const startedAt = performance.now();
    child = startChild({ ...options, onMessage });
    // Emitted instead of `exit` when there was no process to begin with.
    child.once('error', (error) => child?.pid ?? onExit(error.message, 0));
    child.once('exit', (code, signal) =>
      onExit(howEnded(code, signal), performance.now() - startedAt),
    );
    options.onStart(child.pid);
  }
  start();
  return {
    pid: () => child?.pid,
    ready: first.promise,
    async stop(limitMs) {
      wanted = false;
      clearTimeout(restart);
      if (child) await stopChild(child, limitMs);
    },
  };
}

/** A promise settled from outside; a rejection nobody awaits any more is no fault of its own. */
function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}

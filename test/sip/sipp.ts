/** Runs of SIPp: a scenario, its calls, and what it wrote down of them. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export interface SippOptions {
  /** Name of the run; its files lie in `dir` under it. */
  name: string;
  dir: string;
  scenario: string;
  ip: string;
  port: number;
  /** Where requests go; without it the run waits to be called. */
  target?: string;
  /** Lines of the injection file, `field0;field1;…`. */
  lines?: string[];
  /** Calls in all, and at once. */
  calls?: number;
  atOnce?: number;
  /** New calls per second. */
  perSecond?: number;
}

export interface Sipp {
  child: ChildProcess;
  /** Resolves with the exit code: 0 where every call went as its scenario says. */
  ended: Promise<number | null>;
  /** Lines `<Call-ID> <what> …` that the scenario logged. */
  log(): string[][];
  /** What went wrong, in SIPp's words. */
  errors(): string;
  /** SIPp's own figures: columns of the last line of its statistics. */
  figures(): Record<string, string>;
  stop(): Promise<void>;
}

const read = (file: string): string => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');

/** @returns the arguments that make SIPp write everything down and never wait for a terminal. */
function argumentsOf(o: SippOptions, file: (what: string) => string): string[] {
  fs.writeFileSync(file('xml'), o.scenario);
  if (o.lines) fs.writeFileSync(file('csv'), ['SEQUENTIAL', ...o.lines].join('\n') + '\n');
  const given = (flag: string, value: number | undefined): string[] =>
    value === undefined ? [] : [flag, String(value)];
  const fixed =
    '-nostdin -trace_logs -trace_err -trace_stat -fd 1 -recv_timeout 30000 -default_behaviors none';
  const files = { sf: 'xml', log_file: 'log', error_file: 'err', stf: 'stat' };
  return [
    ...(o.target ? [o.target] : []),
    ...fixed.split(' '),
    ...Object.entries(files).flatMap(([flag, what]) => [`-${flag}`, file(what)]),
    ...['i', 'mi'].flatMap((flag) => [`-${flag}`, o.ip]),
    ...(o.lines ? ['-inf', file('csv')] : []),
    ...given('-p', o.port),
    ...given('-m', o.calls),
    ...given('-l', o.atOnce),
    ...given('-r', o.perSecond),
  ];
}

export function sipp(o: SippOptions): Sipp {
  const file = (what: string) => path.join(o.dir, `${o.name}.${what}`);
  const child = spawn('sipp', argumentsOf(o, file), {
    cwd: o.dir,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TERM: 'dumb' },
  });
  let told = '';
  child.stderr!.setEncoding('utf8').on('data', (d: string) => (told += d));
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return {
    child,
    ended,
    log: () =>
      read(file('log'))
        .split('\n')
        .filter((l) => l.trim())
        .map((l) => l.trim().split(/\s+/)),
    errors: () => told + read(file('err')),
    figures: () => figuresOf(read(file('stat'))),
    async stop() {
      if (child.exitCode === null) child.kill('SIGUSR1');
      const late = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await ended;
      clearTimeout(late);
    },
  };
}

function figuresOf(csv: string): Record<string, string> {
  const lines = csv.trim().split('\n');
  const names = (lines[0] ?? '').split(';');
  const values = (lines.at(-1) ?? '').split(';');
  return Object.fromEntries(names.map((n, i) => [n, values[i] ?? '']));
}

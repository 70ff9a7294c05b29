/** `npm run demo` and `npm run demo:wipe`: what they ask of the platform that runs here. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { leaveRequest, readAnswer } from '../../src/demo-house.ts';
import type { DemoRequest } from '../../src/demo-house.ts';

const LOOK_MS = 300;
/** Who says nothing for so long does not run any more. */
const SILENCE_MS = 180_000;
const USAGE = `usage: npm run demo -- [--days 14] [--seed 12345] [--end 2026-11-21T08:00:00Z] [--fingerprint]`;

export interface Where {
  dataDir: string;
  /** A platform runs on this data directory. */
  running: boolean;
}

/** The arguments for the player. @throws with the usage when one is wrong. */
export function playArguments(args: string[]): { args: string[]; fingerprint: boolean } {
  const { values } = parseArgs({
    args,
    options: {
      days: { type: 'string' },
      seed: { type: 'string' },
      end: { type: 'string' },
      fingerprint: { type: 'boolean', default: false },
    },
  });
  const days = Number(values.days ?? 14);
  const seed = Number(values.seed ?? 12345);
  const whole =
    Number.isInteger(days) && days >= 1 && days <= 60 && Number.isInteger(seed) && seed >= 0;
  if (!whole || (values.end && Number.isNaN(Date.parse(values.end)))) throw new Error(USAGE);
  return {
    args: [
      '--days',
      String(days),
      '--seed',
      String(seed),
      ...(values.end ? ['--end', values.end] : []),
      ...(values.fingerprint ? ['--fingerprint'] : []),
    ],
    fingerprint: values.fingerprint,
  };
}

/** Asks, shows what is answered, and waits for the end. @throws when it failed. */
async function ask(
  where: Where,
  op: DemoRequest['op'],
  args: string[],
  show: (line: string) => void,
) {
  const request = { id: randomUUID(), op, args };
  leaveRequest(where.dataDir, request);
  let shown = 0;
  for (let heardAt = performance.now(); ; await sleep(LOOK_MS)) {
    const answer = readAnswer(where.dataDir, request.id);
    for (const line of answer?.lines.slice(shown) ?? []) show(line);
    if (answer && answer.lines.length > shown) heardAt = performance.now();
    shown = answer?.lines.length ?? shown;
    if (answer?.state === 'done') return;
    if (answer?.state === 'failed') throw new Error('没有做完 it did not come to its end');
    if (performance.now() - heardAt > SILENCE_MS)
      throw new Error('平台没有回应 the platform does not answer');
  }
}

/** Empties the city and plays a fortnight into it. */
export async function runDemo(where: Where, argv: string[]): Promise<void> {
  const { args, fingerprint } = playArguments(argv);
  if (!where.running)
    throw new Error(
      '平台没有运行：先 npm start（第一次会自己播放）the platform does not run: npm start first',
    );
  await ask(where, 'play', args, (line) => {
    if (!fingerprint) return void process.stdout.write(`${line}\n`);
    const print = /^fingerprint (\w+)/.exec(line)?.[1];
    if (print) process.stdout.write(`${print}\n`);
    // Why there is none; that it failed is said at the end.
    if (line.startsWith('no fingerprint')) process.stderr.write(`${line}\n`);
  });
}

/** Empties the city, whether the platform runs or not. */
export async function runWipe(where: Where): Promise<void> {
  if (where.running) {
    return ask(where, 'wipe', [], (line) => void process.stdout.write(`${line}\n`));
  }
  const main = path.join(path.dirname(fileURLToPath(import.meta.url)), 'main.js');
  const beside = existsSync(main) ? main : path.join(path.dirname(main), '..', 'main.js');
  const done = spawnSync(process.execPath, ['--enable-source-maps', beside, 'wipe'], {
    stdio: 'inherit',
  });
  if (done.status !== 0) throw new Error('没有清空 it was not emptied');
}

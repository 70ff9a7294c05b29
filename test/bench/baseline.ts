/** What the database gives at most: the same writes by bare clients, pgbench where the machine has it. */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';

/** An id of a row, a text of its own: other in every transaction. */
export const ownId = (n: number): string => `('01920000-0000-7${n.toString(16).padStart(3, '0')}-8' || lpad(:client_id::text, 3, '0') || '-' || lpad(:n::text, 12, '0'))::uuid`; // prettier-ignore
export const ownText = (): string => `('b' || :client_id::text || '-' || :n::text)`;

const hasPgbench = spawnSync('pgbench', ['--version']).status === 0;
export const BARE = hasPgbench ? 'pgbench' : 'pg';
/** Numbers never used before in this database. */
let used = 0;
const UNUSED = 10_000_000;

export interface Bare {
  transactions: number;
  perSecond: number;
}

/** One transaction of these statements after the other, for so many seconds. */
export async function bare(
  url: string,
  clients: number,
  seconds: number,
  statements: readonly string[],
): Promise<Bare> {
  used += UNUSED;
  return hasPgbench
    ? withPgbench(url, clients, seconds, statements)
    : withPg(url, clients, seconds, statements);
}

async function withPgbench(
  url: string,
  clients: number,
  seconds: number,
  statements: readonly string[],
): Promise<Bare> {
  // prettier-ignore
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hotline-bare-'));
  const script = path.join(dir, 'script.sql');
  fs.writeFileSync(script, ['\\set n :n + 1', 'begin;', ...statements.map((s) => `${s};`), 'commit;'].join('\n')); // prettier-ignore
  const options = ['-n', '-M', 'prepared', '-c', `${clients}`, '-j', `${Math.min(clients, 2)}`, '-T', `${seconds}`, '-D', `n=${used}`, '-f', script]; // prettier-ignore
  const child = spawn('pgbench', [...options, url], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (d: string) => (said += d));
  await new Promise((done) => child.once('close', done));
  fs.rmSync(dir, { recursive: true });
  const transactions = Number(/actually processed: (\d+)/.exec(said)?.[1]);
  const perSecond = Number(/tps = ([\d.]+)/.exec(said)?.[1]);
  if (!(transactions > 0) || /aborted/.test(said)) throw new Error(said);
  return { transactions, perSecond };
}

async function withPg(
  url: string,
  clients: number,
  seconds: number,
  statements: readonly string[],
): Promise<Bare> {
  // prettier-ignore
  const from = performance.now();
  let transactions = 0;
  const first = used;
  const one = async (_: unknown, client: number) => {
    const c = new pg.Client({ connectionString: url });
    await c.connect();
    for (let n = first; performance.now() - from < seconds * 1_000; n++) {
      await c.query('begin');
      for (const [i, s] of statements.entries()) {
        const text = s.replaceAll(':client_id', '$1').replaceAll(':n::', '$2::');
        const values = [String(client), String(n)].slice(0, text.includes('$1') ? 2 : 0);
        await c.query({ name: `s${i}`, text, values });
      }
      await c.query('commit');
      transactions++;
    }
    await c.end();
  };
  await Promise.all(Array.from({ length: clients }, one));
  return { transactions, perSecond: (transactions * 1_000) / (performance.now() - from) };
}

/**
 * The supervisor as `npm start` runs it. In the middle of a road api, worker and PostgreSQL are each
 * killed like in a power cut: what was acknowledged stays, nothing is said twice, the road ends.
 */
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderNoText } from '../../src/kernel/ids.ts';
import type { RunRecord } from '../../src/main.ts';
import { processInfo } from '../../src/platform/lifetime.ts';
import {
  bundle,
  freePort,
  quiet,
  signIn,
  startGateway,
  supervise,
  temporaryDir,
  until,
} from '../processes.ts';
import type { Browser, FakeGateway, Proc } from '../processes.ts';
import { ROOM, walk } from '../flow/walk.ts';

/** A try that was cut off is taken up again after its lease of 30 s. */
const LEASE_MS = 60_000;
/** People who look at the order when PostgreSQL goes away: connections in the middle of a query. */
const READERS = 40;

describe('killed in the middle of a road', { timeout: 180_000 }, () => {
  let supervisor: Proc;
  let gateway: FakeGateway;
  let dataDir: string;
  let url: string;
  const people = new Map<string, Browser>();
  const pools: pg.Pool[] = [];
  const record = (): RunRecord =>
    JSON.parse(fs.readFileSync(path.join(dataDir, 'run.json'), 'utf8')) as RunRecord;
  const owner = () => {
    const pool = new pg.Pool({ connectionString: record().ownerDatabaseUrl, max: 2 });
    pool.on('error', () => {});
    pools.push(pool);
    return pool;
  };
  const as = async (login: string): Promise<Browser> => {
    const b = people.get(login) ?? (await until(login, () => signIn(url, login)));
    people.set(login, b);
    return b;
  };
  const w = walk(as);
  const kill = (which: 'apiPid' | 'workersPid' | 'postgresPid'): number => {
    const pid = record()[which];
    process.kill(pid, 'SIGKILL');
    return pid;
  };
  const backAgain = (which: 'apiPid' | 'workersPid' | 'postgresPid', killed: number) =>
    until(`${which} again`, () => record()[which] !== killed && processInfo(record()[which]));

  /** Acts that were answered with success: name and version. */
  const acknowledged: { act: string; version: number }[] = [];
  const timeline = (orderId: string) =>
    until('the api', () => w.see(orderId)).then((o) => o.timeline);
  /**
   * Does an act as people do: when the answer does not come, they look whether it was done, and do
   * it again if not.
   */
  async function surely(
    orderId: string,
    name: string,
    step: () => Promise<unknown>,
    meanwhile = () => {},
  ) {
    const count = async () => (await timeline(orderId)).filter((t) => t.act === name).length;
    const before = await count();
    for (let tries = 0; tries < 50; tries++) {
      const answer = step();
      if (tries === 0) meanwhile();
      try {
        const done = (await answer) as { version?: number } | undefined;
        if (done?.version) acknowledged.push({ act: name, version: done.version });
        return;
      } catch {
        if ((await count()) > before) return;
      }
    }
    throw new Error(`${name} was never done`);
  }

  beforeAll(async () => {
    bundle();
    gateway = await startGateway();
    dataDir = temporaryDir('data');
    const port = await freePort();
    supervisor = await supervise({
      PORT: String(port),
      DATA_DIR: dataDir,
      SMS_GATEWAY_URL: gateway.url,
      OUTBOX_REQUEUE_SECONDS: '2',
      LOG_LEVEL: 'warn',
    });
    url = record().url;
  });
  afterAll(async () => {
    await Promise.all(pools.map((p) => p.end()));
    expect(await supervisor?.stop(), supervisor?.output().slice(-2_000)).toBe(0);
    await gateway?.close();
  });

  it('loses and doubles nothing', async () => {
    await Promise.all(
      ['operator', 'dispatcher', 'water', 'water.handler', 'water.leader'].map((l) => as(l)),
    );
    const first = record();
    const phone = '13900000901';
    const { orderId, orderNo } = await w.register({ phone });
    await surely(orderId, 'accept', () => w.accept(orderId));

    // The worker dies after the gateway took a message and before it said so.
    let answer = () => {};
    const later = new Promise<void>((done) => (answer = done));
    gateway.behave((sms, nth) =>
      /新派工单/.test(sms.text) && nth === 1 ? { takeAndAnswerAfter: later } : 'take',
    );
    await surely(orderId, 'dispatch', () => w.dispatch(orderId, [ROOM]));
    await until(
      'both units are being told',
      () => gateway.tries.filter((t) => /新派工单/.test(t.text)).length === 2,
    );
    const worker = kill('workersPid');
    answer();
    await backAgain('workersPid', worker);
    expect(record()).toMatchObject({ apiPid: first.apiPid, postgresPid: first.postgresPid });

    // The api dies while an act is on its way.
    await surely(orderId, 'sign', () => w.sign(orderId));
    let api = 0;
    await surely(
      orderId,
      'first_contact',
      () => w.firstContact(orderId),
      () => (api = kill('apiPid')),
    );
    await backAgain('apiPid', api);
    await surely(orderId, 'progress', () => w.progress(orderId));

    // PostgreSQL dies while an act is on its way and the workers are at work.
    const before = record();
    let postgres = 0;
    const readers: Promise<unknown>[] = [];
    await surely(
      orderId,
      'progress',
      () => w.progress(orderId),
      () => {
        for (let i = 0; i < READERS; i++) readers.push(w.see(orderId).catch(() => {}));
        postgres = kill('postgresPid');
      },
    );
    await Promise.all(readers);
    await backAgain('postgresPid', postgres);
    await surely(orderId, 'submit_reply', async () => {
      await w.draft(orderId);
      return w.countersign(orderId, '先行答复');
    });
    // The two that were cut off are tried again while the order is open; later they would be obsolete.
    const assigned = () => gateway.tries.filter((t) => /新派工单/.test(t.text));
    await until('tried again', () => assigned().length === 4, LEASE_MS);
    await surely(orderId, 'audit_pass', () => w.auditPass(orderId));
    const task = await until('a call to make', () => w.callback(orderId));
    await surely(orderId, 'evaluate', () =>
      w.evaluate(task, { contacted: true, solved: 'solved', satisfaction: 5 }),
    );
    await until('closed', async () => (await w.see(orderId)).state === 'closed');

    const told = await timeline(orderId);
    expect(told.map((t) => t.version)).toEqual(told.map((_, i) => i + 1));
    for (const { act, version } of acknowledged)
      expect(told.find((t) => t.version === version)?.act).toBe(act);
    for (const act of ['accept', 'dispatch', 'sign', 'first_contact', 'submit_reply', 'close'])
      expect([act, told.filter((t) => t.act === act).length]).toEqual([act, 1]);

    await quiet(owner(), LEASE_MS);
    const messages = [...gateway.taken.values()].filter((m) =>
      m.text.includes(orderNoText(orderNo)),
    );
    expect(messages.filter((m) => /新派工单/.test(m.text))).toHaveLength(2);
    expect(messages.filter((m) => m.to === phone)).toHaveLength(1);
    expect(new Set(messages.map((m) => m.to)).size).toBe(3);
    // … with their own id.
    expect(assigned()).toHaveLength(4);
    expect(gateway.tries.every((t) => t.key === t.id)).toBe(true);
    expect(gateway.taken.size).toBe(3);
    // A database that went away takes nobody with it.
    expect(record()).toMatchObject({ apiPid: before.apiPid, workersPid: before.workersPid });
    expect(supervisor.output()).not.toMatch(/unhandled|uncaught/i);
  });
});

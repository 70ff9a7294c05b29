import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluateByLink, rateNewest, ratingTokenFor } from '../../src/followup/index.ts';
import type { Rated } from '../../src/followup/index.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { act, lockOrder } from '../../src/workorder/index.ts';
import { until } from '../until.ts';
import { createWorld, stateOf, steps, versionOf } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  s = steps(w);
});
afterAll(() => w.close());

const ORDERS = 16;
const RATING = { contacted: true, solved: 'solved', satisfaction: 5 } as const;

it('the citizen rates while the agent types, another tries and a supervisor redoes: one wins, none waits for ever', async () => {
  const orders = await Promise.all(Array.from({ length: ORDERS }, () => s.audited()));
  const codes = await Promise.all(
    orders.flatMap((o) => [
      byLink(o.id),
      byStaff('followup', async () => [
        `/api/callbacks/${await s.taskOf(o.id)}/evaluation`,
        RATING,
      ]),
      byStaff('followup', async () => [
        `/api/callbacks/${await s.taskOf(o.id)}/attempts`,
        { result: 'no_answer' },
      ]),
      byStaff('supervisor', async () => [
        `/api/orders/${o.id}/redo`,
        { version: await versionOf(w, o.id), reason: '没修好' },
      ]),
    ]),
  );
  expect(codes.filter((c) => /busy|internal|unavailable/.test(c))).toEqual([]);
  for (const o of orders) {
    const rated = await w.db
      .selectFrom('evaluation')
      .select('id')
      .where('order_id', '=', o.id)
      .execute();
    const state = await stateOf(w, o.id);
    expect(rated.length).toBeLessThanOrEqual(1);
    expect(['pending_close', 'dispatched']).toContain(state);
  }
}, 60_000);

it('whoever rates by a bare number holds orders in the order in which everybody does', async () => {
  const [low, high] = (await Promise.all([s.audited(), s.audited()])).map((o) => o.id).toSorted();
  const orders = [low!, high!];
  for (const orderId of orders) {
    const actor = { kind: 'citizen', orderId, how: 'query_code' } as const;
    await ratingTokenFor(w.deps, actor, orderId);
  }
  // The newest link is of an order that moved on, so that the other one is looked at as well.
  await byStaff('supervisor', async () => [
    `/api/orders/${high}/redo`,
    { version: await versionOf(w, high!), reason: '没修好' },
  ]);
  let rating!: Promise<Rated>;
  await inTransaction(w.deps, SYSTEM, async (tx) => {
    await lockOrder(tx.db, low!);
    rating = inTransaction(w.deps, SYSTEM, (other) => rateNewest(other, orders, 5));
    rating.catch(() => {});
    await someoneWaits();
    await sql`set local lock_timeout = '1s'`.execute(tx.db);
    await lockOrder(tx.db, high!);
  });
  expect(await rating).toEqual({ result: 'rated', orderId: low });
});

it('an order that is just being closed is left alone by the worker that would close it', async () => {
  const { id } = await s.evaluated();
  let worker!: Promise<void>;
  await inTransaction(w.deps, SYSTEM, async (tx) => {
    const input = { closingType: 'solved', reason: '' } as const;
    await act(tx, SYSTEM, id, 'close', null, input);
    worker = w.settle();
    // Nothing is lost when it fails before it is awaited.
    worker.catch(() => {});
    await someoneWaits();
  });
  await worker;
  expect(await stateOf(w, id)).toBe('closed');
});

/** Until another transaction waits for a row that this one holds. */
const someoneWaits = () =>
  until('somebody at the same order', async () => {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(w.db);
    return rows[0]!.n > 0;
  });

async function byLink(orderId: string): Promise<string> {
  const actor = { kind: 'citizen', orderId, how: 'query_code' } as const;
  try {
    const token = await ratingTokenFor(w.deps, actor, orderId);
    await evaluateByLink(w.deps, token, { ...RATING, reasons: [], comment: '' });
    return 'done';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

async function byStaff(login: string, ask: () => Promise<[string, object]>): Promise<string> {
  const [path, body] = await ask();
  const a = await (await w.as(login)).post(path, body);
  return a.status < 300 ? 'done' : `${a.status} ${a.body.code}`;
}

import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluateByLink, ratingTokenFor } from '../../src/followup/index.ts';
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

/**
 * What a life costs in round trips to the database. A trip costs half a millisecond of two processors on
 * the machine of the README, a statement a tenth of that: the limits stand here so that nobody adds one
 * without seeing it.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';
import { NANTANG } from '../flow/walk.ts';
import { T04 } from '../words.ts';

/** By hand: the session, then what the step reads, what depends on that, and its writes with the commit. */
const LIMITS: Record<string, number> = {
  register: 3,
  accept: 4,
  dispatch: 7,
  order: 4,
  sign: 3,
  first_contact: 3,
  reply: 4,
  submit_reply: 4,
  audit_pass: 3,
  evaluation: 5,
};

let w: World;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
});
afterAll(() => w.close());

/** One life, with the trips of each of its steps. */
async function life(): Promise<Record<string, number>> {
  const trips: Record<string, number> = {};
  const ask = async (
    step: string,
    who: string,
    method: 'get' | 'post' | 'put',
    path: string,
    body?: unknown,
  ) => {
    const client = await w.as(who);
    const before = w.trips();
    const { status, body: said } = await (method === 'get'
      ? client.get(path)
      : client[method](path, body, { 'idempotency-key': randomUUID() }));
    trips[step] = w.trips() - before;
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(said)}`);
    return said;
  };
  const made = await ask('register', 'operator', 'post', '/api/orders', {
    channel: 'phone',
    content: T04,
    areaCode: NANTANG,
    requester: { kind: 'natural', name: '陈女士', phone: '13805774471' },
  });
  let { version } = made;
  const order = `/api/orders/${made.orderId}`;
  const act = async (who: string, name: string, input: unknown, on = order) => {
    ({ version } = await ask(name, who, 'post', `${on}/acts`, { act: name, version, input }));
  };
  await act('operator', 'accept', { type: 'help', categoryCode: '0301', urgency: 'U2' });
  await act('dispatcher', 'dispatch', { leadId: await w.unit('WATER'), coIds: [], note: '' });
  const { assignments } = await ask('order', 'water', 'get', order);
  const mine = `/api/assignments/${assignments[0].id}`;
  await act('water', 'sign', {}, mine);
  const told = { method: 'phone', reached: true, content: '已致电说明。' };
  await act('water.handler', 'first_contact', told, mine);
  const draft = await ask('reply', 'water.handler', 'put', `${mine}/reply`, {
    replyVersion: null,
    truth: 'true',
    finding: '查明总管破裂。',
    measures: '抢修完毕并恢复供水。',
    basis: '',
    solved: 'solved',
    contactMade: true,
    publicVersion: '您好，总管已经修好。',
  });
  const countersigned = { waiverReason: '', replyVersion: draft.version };
  await act('water.leader', 'submit_reply', countersigned, mine);
  await act('auditor', 'audit_pass', { checklist: ['all_matters', 'finding'] });
  await w.settle();
  const task = await w.db
    .selectFrom('callback_task')
    .select('id')
    .where('order_id', '=', made.orderId)
    .executeTakeFirstOrThrow();
  const said = { contacted: true, solved: 'solved', satisfaction: 5 };
  await ask('evaluation', 'followup', 'post', `/api/callbacks/${task.id}/evaluation`, said);
  await w.settle();
  return trips;
}

it('no step takes more trips than it is allowed', { timeout: 30_000 }, async () => {
  // The first lives of a process read what it keeps.
  await life();
  await life();
  const trips = await life();
  for (const [step, most] of Object.entries(LIMITS))
    expect(trips[step], step).toBeLessThanOrEqual(most);
});

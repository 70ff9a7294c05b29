/** Duties that share a transaction: one that fails holds no other, and nothing is done twice. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import type { Deps } from '../../src/platform/unit-of-work.ts';
import { serveDuties } from '../../workers/duties.ts';
import { relayOnce } from '../../workers/relay.ts';
import { sendingPlaces, serveSends } from '../../workers/sends.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
let owner: pg.Pool;
beforeAll(async () => {
  w = await createWorld();
  owner = new pg.Pool({ connectionString: w.database.ownerUrl, max: 2 });
});
afterAll(async () => {
  await owner?.end();
  await w?.close();
});

let calls = 0;
const register = async (): Promise<string> => {
  const answer = await (
    await w.as('operator')
  ).post(
    '/api/orders',
    {
      channel: 'phone',
      content: '路灯不亮',
      requester: { kind: 'natural', name: '陈女士', phone: String(13_805_770_000 + calls++) },
    },
    { 'idempotency-key': crypto.randomUUID() },
  );
  expect(answer.status).toBe(201);
  return answer.body.orderId;
};
const registered = async (count: number) => {
  await owner.query('delete from outbox');
  const ids = [];
  for (let i = 0; i < count; i++) ids.push(await register());
  return ids;
};
const outbox = async () =>
  (
    await owner.query(`select o.id, o.consumer, o.failures, o.trace_id as trace, e.order_id as "orderId"
      from outbox o join domain_event e on e.id = o.event_id where consumer <> 'realtime' order by o.id`)
  ).rows as { id: string; consumer: string; failures: number; trace: string; orderId: string }[];
const standing = async () =>
  (await outbox()).filter((d) => d.consumer !== 'notification.send').map((d) => d.id);
const receipts = async (orderIds: string[]) =>
  (
    await owner.query(
      `select order_id, count(*)::int as n from delivery where kind = 'receipt' and order_id = any ($1)
        group by order_id`,
      [orderIds],
    )
  ).rows as { order_id: string; n: number }[];
const once = (orderIds: string[]) => orderIds.toSorted().map((order_id) => ({ order_id, n: 1 }));
const byId = (rows: { order_id: string; n: number }[]) =>
  rows.toSorted((a, b) => (a.order_id < b.order_id ? -1 : 1));

describe('duties served together', () => {
  it('are done in one transaction, each under the request from which it follows', async () => {
    const orders = await registered(6);
    const duties = await outbox();
    const [before, traces] = [w.trips(), new Map(duties.map((d) => [d.orderId, d.trace]))];
    await serveDuties(w.deps, await standing());
    expect(w.trips() - before).toBeLessThan(2 * duties.length);
    expect(byId(await receipts(orders))).toEqual(once(orders));
    const sends = await outbox();
    expect(new Map(sends.map((d) => [d.orderId, d.trace]))).toEqual(traces);
    const { rows } = await owner.query(
      'select count(distinct xmin::text)::int as n from outbox where id = any ($1)',
      [sends.map((d) => d.id)],
    );
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('fail alone: the others are done', async () => {
    const orders = await registered(5);
    const poisoned = (await outbox()).find((d) => d.orderId === orders[2])!;
    // Its event names an order whose number nobody can open.
    await owner.query(
      `update identity_vault set phone_ct = '\\x00' where requester_id =
        (select requester_id from work_order where id = $1)`,
      [orders[2]],
    );
    await expect(serveDuties(w.deps, await standing())).rejects.toThrow('1 of 10 duties failed');
    const rest = orders.filter((id) => id !== orders[2]);
    expect(byId(await receipts(orders))).toEqual(once(rest));
    const left = (await outbox()).filter((d) => d.consumer !== 'notification.send');
    expect(left).toEqual([{ ...poisoned, failures: 1 }]);
  });

  it('that two workers got are done once', async () => {
    const orders = await registered(8);
    const ids = await standing();
    await Promise.all([
      serveDuties(w.deps, ids),
      serveDuties(w.deps, ids.slice(4)),
      serveDuties(w.deps, ids.toReversed()),
    ]);
    expect(await standing()).toEqual([]);
    expect(byId(await receipts(orders))).toEqual(once(orders));
    const { rows } = await owner.query(
      `select count(*)::int as n from domain_event where type = 'delivery.created' and order_id = any ($1)`,
      [orders],
    );
    expect(rows).toEqual([{ n: orders.length }]);
  });

  it('that the relay still holds are waited for, not passed over', async () => {
    const orders = await registered(2);
    let served: Promise<void> | undefined;
    const queues = {
      backend: 'redis',
      queue: () => ({
        // The worker has the job before the relay lets go of the rows.
        addBulk: async (jobs: { data: { ids: string[] } }[]) => {
          served ??= Promise.all(jobs.map((j) => serveDuties(w.deps, j.data.ids))).then(() => {});
          const blocked = `select count(*)::int as n from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`;
          await expect.poll(async () => (await owner.query(blocked)).rows[0].n).toBeGreaterThan(0);
        },
      }),
    };
    const publisher = { publish: async () => {}, close: async () => {} };
    await relayOnce({ db: w.db, queues: queues as never, publisher, log: w.deps.log, requeueSeconds: 60 }, 'new'); // prettier-ignore
    await served;
    expect(await standing()).toEqual([]);
    expect(byId(await receipts(orders))).toEqual(once(orders));
  });
});

describe('messages of one job', () => {
  const messages = async (count: number) => {
    const orders = await registered(count);
    await serveDuties(w.deps, await standing());
    return { orders, duties: (await outbox()).map((d) => d.id) };
  };
  const states = async (orderIds: string[]) =>
    (
      await owner.query(
        'select order_id, state, attempts from delivery where order_id = any ($1)',
        [orderIds],
      )
    ).rows as { order_id: string; state: string; attempts: number }[];
  const deps = (): Deps => w.deps;

  it('are sent side by side: one that hangs or fails holds no other', async () => {
    const { orders, duties } = await messages(5);
    const places = sendingPlaces(5);
    let letGo = (): void => {};
    let asked = 0;
    const sent = serveSends(deps(), async () => {
      const nth = asked++;
      if (nth === 0) await new Promise<void>((done) => (letGo = done));
      if (nth === 1) throw new Error('gateway answered 500');
    }, { ids: duties }, places); // prettier-ignore
    await expect
      .poll(async () => (await states(orders)).filter((d) => d.state === 'sent').length)
      .toBe(3);
    // The places of those that ended are free for others.
    await places.take(4);
    letGo();
    await sent;
    await places.take(1);
    const told = (await states(orders)).map((d) => d.state).sort();
    expect(told).toEqual(['pending', 'sent', 'sent', 'sent', 'sent']);
    expect((await outbox()).map((d) => d.id)).not.toEqual(expect.arrayContaining(duties));
  });

  it('of which one cannot be made are sent all the same', async () => {
    const { orders, duties } = await messages(4);
    await owner.query(
      `update identity_vault set phone_ct = '\\x00' where requester_id =
        (select requester_id from work_order where id = $1)`,
      [orders[1]],
    );
    const got: string[] = [];
    const places = sendingPlaces(2);
    await serveSends(deps(), async (sms) => void got.push(sms.to), { ids: duties }, places);
    expect(got).toHaveLength(3);
    const bad = (await states(orders)).filter((d) => d.state !== 'sent');
    expect(bad).toEqual([{ order_id: orders[1], state: 'pending', attempts: 1 }]);
  });

  it('that two workers got are sent once', async () => {
    const { duties } = await messages(4);
    const got: string[] = [];
    const places = sendingPlaces(10);
    const gateway = async (sms: { id: string }) => void got.push(sms.id);
    await Promise.all([1, 2, 3].map(() => serveSends(deps(), gateway, { ids: duties }, places)));
    expect(got).toHaveLength(4);
    await serveSends(deps(), gateway, { deliveryIds: got }, places);
    expect(got).toHaveLength(4);
  });
});

/** What a dispatcher's list says beside the reasons: whom the system would have sent, and how sure it is. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { triage } from '../../src/intake/index.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import type { StoredEvent } from '../../src/kernel/events.ts';
import { advanceClock } from '../../src/platform/db.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { matterInput } from '../../src/workorder/schema.ts';
import { createWorld, stateOf, steps } from '../world.ts';
import type { World } from '../world.ts';

const HOUR_MS = 3_600_000;
let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z', triage: true });
  s = steps(w);
});
afterAll(() => w.close());

let street = 0;
/** Raised on the citizen's page; understood as a broken lamp, as sure as said. */
async function raised(score: number): Promise<string> {
  const { orderId } = await w.intake.register({
    actor: { kind: 'citizen', orderId: null, how: 'submission' },
    key: randomUUID(),
    channel: 'web',
    requester: { kind: 'natural', name: '周先生', phone: '13900000321' },
    matter: matterInput.parse({ content: `第${++street}弄口的路灯不亮了，已经三个晚上。` }),
  });
  await w.db
    .updateTable('classification')
    .set({
      type: 'help',
      category_code: '0205',
      urgency: 'U4',
      area_code: '339901001',
      subject_kind: null,
      proposal: 'dispatch',
      score,
    })
    .where('order_id', '=', orderId)
    .execute();
  return orderId;
}
const served = (orderId: string) =>
  inTransaction(w.deps, SYSTEM, (tx) =>
    triage(w.deps, tx, { type: 'work_order.registered', orderId } as StoredEvent),
  );
const get = async (login: string, path: string) => {
  const answer = await (await w.as(login)).get(path);
  expect(answer.status).toBe(200);
  return answer.body;
};
const inTriage = async (id: string) => {
  const { items } = await get('dispatcher', '/api/orders?queue=triage&limit=100');
  return (items as { id: string; suggested: unknown }[]).find((i) => i.id === id)?.suggested;
};
const today = async () => (await get('dispatcher', '/api/orders/counts')).autoDispatchedToday;
const LAMP = { type: 'help', categoryCode: '0205', urgency: 'U4', areaCode: '339901001' };
/** Taken in by hand as the lexicon would have it, but not surely enough to be dispatched. */
async function unsure(): Promise<string> {
  const id = await raised(0.5);
  expect((await s.act('dispatcher', id, 'accept', LAMP)).status).toBe(200);
  await served(id);
  expect(await stateOf(w, id)).toBe('pending_dispatch');
  return id;
}

describe('the list of what waits for a dispatcher', () => {
  it('names the unit by the catalogue, and how sure the understanding is', async () => {
    const id = await unsure();
    const { categoryCode, areaCode } = LAMP;
    const asked = { categoryCode, areaCode };
    const { lead } = (await (await w.as('dispatcher')).post('/api/routing/suggest', asked)).body;
    expect(lead.code).toBeTruthy();
    expect(await inTriage(id)).toEqual({ lead, score: 0.5, needed: 0.95 });
  });

  it('names no unit where there is no class to look up yet', async () => {
    const id = await raised(0.2);
    await served(id);
    expect(await stateOf(w, id)).toBe('registered');
    expect(await inTriage(id)).toEqual({ lead: null, score: 0.2, needed: 0.8 });
  });

  it('follows a class that is corrected, with the same reasons', async () => {
    const id = await unsure();
    const before = await inTriage(id);
    const version = (await get('dispatcher', `/api/orders/${id}`)).version;
    const answer = await (
      await w.as('dispatcher')
    ).post(`/api/orders/${id}/acts`, {
      act: 'correct_classification',
      version,
      input: { type: 'help', categoryCode: '0301', urgency: 'U4', reason: '实为停水' },
    });
    expect([answer.status, answer.body]).toMatchObject([200, {}]);
    await served(id);
    const after = (await inTriage(id)) as { lead: { code: string } };
    expect(after.lead.code).toBe('WATER');
    expect(after).not.toEqual(before);
  });

  it('says nothing once somebody has dispatched it, nor to a unit', async () => {
    const id = await unsure();
    expect(
      (await s.act('dispatcher', id, 'dispatch', { leadId: await w.unit('WATER') })).status,
    ).toBe(200);
    expect((await get('dispatcher', `/api/orders/${id}`)).suggested).toBeNull();
    expect((await get('water', `/api/orders/${id}`)).suggested).toBeNull();
  });
});

const byItself = async (more = '') => get('dispatcher', `/api/orders?queue=auto_dispatched${more}`);

describe('what the system dispatched today', () => {
  it('is a list, by pages, of its own alone and of this day alone', async () => {
    const one = await raised(1);
    const two = await raised(1);
    for (const id of [one, two, one, two]) await served(id);
    expect([await stateOf(w, one), await stateOf(w, two)]).toEqual(['dispatched', 'dispatched']);
    const byHand = await unsure();
    await s.act('dispatcher', byHand, 'dispatch', { leadId: await w.unit('WATER') });
    const page = await byItself('&limit=1');
    expect(page.items.map((i: { id: string }) => i.id)).toEqual([two]);
    const rest = await byItself(`&limit=1&cursor=${page.nextCursor}`);
    expect(rest.items.map((i: { id: string }) => i.id)).toEqual([one]);
    const refused = await (await w.as('water')).get('/api/orders?queue=auto_dispatched');
    expect(refused.status).toBe(403);
    await advanceClock(w.db, 24 * HOUR_MS);
    expect((await byItself()).items).toEqual([]);
  });

  it('counts its own alone, of this day in the city alone', async () => {
    const before = await today();
    const id = await raised(1);
    await served(id);
    await served(id);
    expect(await stateOf(w, id)).toBe('dispatched');
    expect(await today()).toBe(before + 1);
    const byHand = await unsure();
    await s.act('dispatcher', byHand, 'dispatch', { leadId: await w.unit('WATER') });
    expect(await today()).toBe(before + 1);
    // 10:24 in the city: 13 hours on it is still today, 14 hours on it is tomorrow.
    await advanceClock(w.db, 13 * HOUR_MS);
    expect(await today()).toBe(before + 1);
    await advanceClock(w.db, HOUR_MS);
    expect(await today()).toBe(0);
  });
});

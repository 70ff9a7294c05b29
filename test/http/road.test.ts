import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, stateOf, steps } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  s = steps(w);
});
afterAll(() => w.close());

const order = async (id: string, login = 'dispatcher') =>
  (await (await w.as(login)).get(`/api/orders/${id}`)).body;

describe('the main road', () => {
  it('goes from receipt to the rating and closes by itself', async () => {
    const o = await s.evaluated({ co: ['TOWN_QINGYU_1_ROOM'] });
    expect(await stateOf(w, o.id)).toBe('pending_close');
    await w.settle();
    const seen = await order(o.id);
    expect(seen).toMatchObject({ state: 'closed', closingType: 'solved', round: 1 });
    expect(seen.timeline.map((t: { act: string }) => t.act)).toEqual([
      'register',
      'accept',
      'dispatch',
      'sign',
      'first_contact',
      'submit_reply',
      'audit_pass',
      'record_attempt',
      'evaluate',
      'close',
    ]);
    expect(seen.timeline.map((t: { version: number }) => t.version)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });
});

/** The numbers of follow-up stand in the policy: another version, other numbers, without a restart. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentOf, policyAt, publishPolicy } from '../../src/deadline/index.ts';
import type { PolicyDocument } from '../../src/deadline/schema.ts';
import { orderNo } from '../../src/kernel/ids.ts';
import { inSample } from '../../src/followup/rules.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { createWorld, steps } from '../world.ts';
import type { World } from '../world.ts';
import { ok } from './answers.ts';

let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-11-02T02:24:00Z' });
  s = steps(w);
});
afterAll(() => w.close());

async function publish(followup: Partial<PolicyDocument['followup']>): Promise<void> {
  const now = await policyAt(w.db, await w.now());
  const document = await documentOf(w.db, now!);
  const next = { ...document, followup: { ...document.followup, ...followup } };
  await publishPolicy(w.deps, SYSTEM, { document: next, note: 'test' });
}
const linkOf = (orderId: string) =>
  w.db
    .selectFrom('callback_task')
    .select(['link_sent_at', 'link_expires_at'])
    .where('order_id', '=', orderId)
    .executeTakeFirstOrThrow();
const attempt = async (orderId: string) =>
  ok(
    await (
      await w.as('followup')
    ).post(`/api/callbacks/${await s.taskOf(orderId)}/attempts`, { result: 'no_answer' }),
  );

describe('follow-up by the policy', () => {
  it('after so many attempts on so many days a link goes out, for so many days', async () => {
    await publish({ attempts: 2, attemptDays: 1, attemptMinutes: 0, linkDays: 3 });
    const o = await s.audited();
    await attempt(o.id);
    expect((await linkOf(o.id)).link_sent_at).toBeNull();
    await attempt(o.id);
    await w.settle();
    const link = await linkOf(o.id);
    expect(link.link_expires_at!.getTime() - link.link_sent_at!.getTime()).toBe(3 * 86_400_000);
    const told = w.sent.filter((m) => m.text.includes('/rate/')).at(-1)!.text;
    expect(told).toContain('3天内有效');
  });

  it('one consultation in so many is called', async () => {
    await publish({ consultationSample: 1 });
    const answer = { type: 'consultation', answer: '每月 5 日前。' };
    const o = await s.register({ type: 'consultation' });
    ok(await s.act('operator', o.id, 'direct_answer', answer));
    await w.settle();
    const task = await w.db
      .selectFrom('callback_task')
      .select('method')
      .where('order_id', '=', o.id)
      .executeTakeFirstOrThrow();
    expect(task.method).toBe('call');
    const ids = Array.from({ length: 1_000 }, (_, i) => orderNo('20260921', i + 1));
    expect(ids.filter((id) => inSample(id, 100))).toHaveLength(10);
    expect(ids.filter((id) => inSample(id, 7))).toHaveLength(142);
    expect(ids.every((id) => inSample(id, 1))).toBe(true);
  });
});

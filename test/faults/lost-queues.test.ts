/** Every queue is emptied in the middle of a road: the outbox knows what is left to do. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { orderNoText } from '../../src/kernel/ids.ts';
import { BACKENDS, MORNING, openHouse, until } from '../processes.ts';
import type { House } from '../processes.ts';
import { ROOM, must, walk } from '../flow/walk.ts';
import type { Walk } from '../flow/walk.ts';

describe.each(BACKENDS)('the queues on %s are lost', (backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    let h: House;
    let w: Walk;
    beforeAll(async () => {
      h = await openHouse(backend, {}, { workers: 'later', at: MORNING });
      w = walk(h.as);
    });
    afterAll(() => h?.close());

    const notices = async (login: string) =>
      must(await (await h.as(login)).get('/api/notifications')).items as { kind: string }[];
    const waiting = async () =>
      (
        await h.owner.query(`select consumer, queued_at is not null as queued from outbox
          where consumer <> 'realtime' order by consumer`)
      ).rows as { consumer: string; queued: boolean }[];

    it('after they were filled and before anybody served them: nothing is lost, nothing double', async () => {
      const relay = await h.startWorkers({ WORKERS: 'relay', OUTBOX_REQUEUE_SECONDS: '3600' });
      const { orderId, orderNo } = await w.register({ phone: '13900000801' });
      await w.accept(orderId);
      await w.dispatch(orderId, [ROOM]);
      await until('all are queued', async () => (await waiting()).every((d) => d.queued));
      const duties = [
        'intake.triage',
        'intake.triage',
        'notification.assigned',
        'notification.assigned',
        'notification.receipt',
      ];
      expect((await waiting()).map((d) => d.consumer)).toEqual(duties);
      expect(await h.queued()).toBeGreaterThan(0);
      await relay.stop();
      await h.loseQueues();
      expect(await h.queued()).toBe(0);
      expect(await waiting()).toHaveLength(duties.length);

      await h.startWorkers({ OUTBOX_REQUEUE_SECONDS: '1' });
      await h.quiet();
      expect((await notices('water')).map((n) => n.kind)).toEqual(['assigned']);
      expect((await notices('nantang')).map((n) => n.kind)).toEqual(['assigned']);
      expect(
        [...h.gateway.taken.values()].filter((m) => m.text.includes(orderNoText(orderNo))),
      ).toHaveLength(3);
      expect(h.gateway.tries).toHaveLength(3);
    });

    it('while everybody works: repeating jobs come back, and the road goes on', async () => {
      const { orderId, orderNo } = await w.register({ phone: '13900000802' });
      await w.accept(orderId);
      await w.dispatch(orderId, []);
      await h.quiet();
      const before = h.gateway.tries.length;
      // A message that failed is tried again by a repeating job, which is lost too.
      h.gateway.behave((_, nth) => (nth === 1 ? 'refuse' : 'take'));
      const dispatcher = await h.as('dispatcher');
      must(await dispatcher.post(`/api/orders/${orderId}/urges`, { level: 1, text: '请加快' }));
      await until('the first try', () => h.gateway.tries.length > before);
      await h.loseQueues();
      await w.sign(orderId);
      await w.firstContact(orderId);
      await w.draft(orderId);
      // Before the reply: who has answered is pressed no more, so the message would rightly never go.
      const urges = () => [...h.gateway.taken.values()].filter((m) => /催办/.test(m.text));
      await until('the urge', () => urges().length > 0, 40_000);
      await w.countersign(orderId);
      await w.auditPass(orderId);
      const task = await until('a call to make', () => w.callback(orderId));
      await w.evaluate(task, { contacted: true, solved: 'solved', satisfaction: 5 });
      await until('closed', async () => (await w.see(orderId)).state === 'closed');
      await h.quiet(40_000);
      const urged = [...h.gateway.taken.values()].filter((m) => /催办/.test(m.text));
      expect(urged.map((m) => m.text.includes(orderNoText(orderNo)))).toEqual([true]);
      expect(h.gateway.tries.filter((t) => t.id === urged[0]!.id)).toHaveLength(2);
      expect((await notices('water')).map((n) => n.kind).sort()).toEqual([
        'assigned',
        'assigned',
        'urged',
      ]);
    });
  });
});

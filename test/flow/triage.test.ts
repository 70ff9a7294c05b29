/** With real processes, on both queue backends: a citizen's plain demand reaches its unit by itself. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { BACKENDS, browser, openHouse, until } from '../processes.ts';
import type { House } from '../processes.ts';
import { orderByForm } from './citizen.ts';
import { must, walk } from './walk.ts';
import type { Walk } from './walk.ts';

describe.each(BACKENDS)('triage on %s', (backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    let h: House;
    let w: Walk;
    beforeAll(async () => {
      h = await openHouse(backend, {}, { triage: true });
      w = walk(h.as);
    });
    afterAll(() => h?.close());

    const raised = async (content: string): Promise<string> => {
      const { orderNo } = await orderByForm(browser(h.url), {
        content,
        phone: '13900000811',
        name: '周先生',
      });
      const found = must(await (await h.as('operator')).get(`/api/orders/find?q=${orderNo}`));
      return found[0].id as string;
    };

    it('accepts and dispatches what is plain', async () => {
      const id = await raised('滨江街道江畔新村北门口路灯不亮了，麻烦来修一下。');
      const seen = await until('dispatched', async () => {
        const order = await w.see(id);
        return order.state === 'dispatched' && order;
      });
      expect(seen.timeline.map((t) => `${t.party} ${t.act}`)).toEqual([
        'citizen register',
        'system accept',
        'system dispatch',
      ]);
      expect(seen.lead?.code).toBe('ZHZF');
      expect(seen.waits).toEqual([]);
      await h.quiet();
      const { items } = must(await (await h.as('zhzf')).get('/api/notifications'));
      expect((items as { orderId: string }[]).filter((n) => n.orderId === id)).toHaveLength(1);
    });

    it('leaves an emergency at the door, and says so', async () => {
      const id = await raised('快点快点！隔壁楼三楼冒黑烟，看到火了，里面好像还有小孩！');
      await h.quiet();
      const seen = await w.see(id);
      expect(seen).toMatchObject({ state: 'registered', emergency: '119' });
      expect(seen.waits).toContain('emergency');
    });
  });
});

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { BACKENDS, openHouse } from '../processes.ts';
import type { House } from '../processes.ts';
import { openBoard, sameAsFresh } from './board-screen.ts';
import { ROOM, walk } from './walk.ts';
import type { Walk } from './walk.ts';

describe.each(BACKENDS)('boards on %s', (backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    let h: House;
    let w: Walk;
    beforeAll(async () => {
      h = await openHouse(backend);
      w = walk(h.as);
    });
    afterAll(() => h?.close());

    it('follow', async () => {
      const who = await h.as('supervisor');
      const board = await openBoard(h.url, who);
      const t0 = performance.now();
      const { orderId } = await w.register();
      await w.accept(orderId);
      await w.dispatch(orderId, [ROOM]);
      await sameAsFresh(board, who);
      console.log(backend, performance.now() - t0, board.pushes.map((p) => [p.heardAt - t0, JSON.stringify(p.push)]));
      expect(board.asked()).toBe(1);
    });
  });
});

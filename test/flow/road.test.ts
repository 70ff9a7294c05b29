/**
 * The main road with real processes, on both queue backends: over HTTP, through the citizen's pages
 * as a browser without JavaScript, with the messages at the gateway and the nudges on the sockets.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { orderNoText } from '../../src/kernel/ids.ts';
import { BACKENDS, browser, openHouse, until } from '../processes.ts';
import type { House, Screen } from '../processes.ts';
import { fillForm, followLink, orderByForm } from './citizen.ts';
import { ROOM, must, walk } from './walk.ts';
import type { Walk } from './walk.ts';

/** Every act of the first road, in order; the second `record_attempt` is the call that succeeded. */
const STORY =
  `register accept dispatch sign first_contact progress sign submit_co_reply submit_reply
  audit_fail submit_reply audit_pass record_attempt record_attempt evaluate close`.split(/\s+/);

describe.each(BACKENDS)('the main road on %s', (backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    let h: House;
    let w: Walk;
    beforeAll(async () => {
      h = await openHouse(backend);
      w = walk(h.as);
    });
    afterAll(() => h?.close());

    const dutyPhone = async (code: string): Promise<string> =>
      (await h.owner.query('select duty_phone from organization where code = $1', [code])).rows[0]
        .duty_phone;
    const messagesAbout = (orderNo: string) =>
      [...h.gateway.taken.values()].filter((m) => m.text.includes(orderNoText(orderNo)));
    const linkFor = (phone: string) =>
      until('a rating link at the gateway', () =>
        h.gateway
          .to(phone)
          .map((m) => /https?:\S+\/rate\/[\w-]{43}/.exec(m.text)?.[0])
          .find(Boolean),
      );
    const closed = (orderId: string) =>
      until('closed', async () => {
        const seen = await w.see(orderId);
        return seen.state === 'closed' && seen;
      });
    const notices = async (login: string, orderId: string) => {
      const { items } = must(await (await h.as(login)).get('/api/notifications'));
      return (items as { orderId: string; kind: string }[])
        .filter((n) => n.orderId === orderId)
        .map((n) => n.kind);
    };
    const deliveries = async (orderId: string) =>
      must(await (await h.as('supervisor')).get(`/api/deliveries?orderId=${orderId}`)).items as {
        kind: string;
        state: string;
        attempts: number;
        lastError: string | null;
      }[];
    const toReply = async (orderId: string) => {
      await w.dispatch(orderId, []);
      await w.sign(orderId);
      await w.firstContact(orderId);
      await w.draft(orderId);
      await w.countersign(orderId);
    };

    it('goes from the call to the close, and tells the right ones once', async () => {
      const [water, zhzf, center] = (await Promise.all(
        ['water', 'zhzf', 'dispatcher'].map((login) => h.screen(login)),
      )) as [Screen, Screen, Screen];
      const phone = '13900000704';
      const { orderId, orderNo, queryCode } = await w.register({ name: '欧阳女士', phone });
      await w.accept(orderId);
      const about = (s: Screen) => s.nudges().filter((n) => n.id === orderId);
      const accepted = (s: Screen) => about(s).some((n) => n.type === 'work_order.accepted');
      await until('the centre hears of it', () => accepted(center));
      expect(about(water)).toEqual([]);
      expect(await water.watch(orderId)).toBe(false);

      await w.dispatch(orderId, [ROOM]);
      await until('the unit hears of it', () =>
        about(water).some((n) => n.type === 'assignment.created'),
      );
      expect(await water.watch(orderId)).toBe(true);
      expect(await zhzf.watch(orderId)).toBe(false);
      expect(await zhzf.watch('not an id')).toBe(false);
      await w.sign(orderId);
      await w.firstContact(orderId);
      await w.progress(orderId);
      await w.coReply(orderId);
      await w.draft(orderId);
      await w.countersign(orderId);
      await w.auditFail(orderId);
      await w.draft(orderId);
      await w.countersign(orderId);
      await w.auditPass(orderId);
      const task = await until('a call to make', () => w.callback(orderId));
      await w.attempt(task, 'no_answer');
      await w.evaluate(task, { contacted: true, solved: 'solved', satisfaction: 5 });
      const seen = await closed(orderId);

      expect(seen).toMatchObject({ closingType: 'solved', round: 1 });
      expect(seen.timeline.map((t) => t.act)).toEqual(STORY);
      expect(seen.timeline.map((t) => t.version)).toEqual(seen.timeline.map((_, i) => i + 1));
      expect(seen.timeline.at(-1)).toMatchObject({ party: 'system', actorName: null });

      await h.quiet();
      expect(await notices('water', orderId)).toEqual(['assigned']);
      expect(await notices('nantang', orderId)).toEqual(['assigned']);
      expect(await notices('zhzf', orderId)).toEqual([]);
      const sent = { state: 'sent', attempts: 1, lastError: null };
      const kinds = ['assigned', 'assigned', 'receipt'];
      const delivered = (await deliveries(orderId)).sort((a, b) => a.kind.localeCompare(b.kind));
      expect(delivered).toMatchObject(kinds.map((kind) => ({ kind, ...sent })));
      const messages = messagesAbout(orderNo);
      expect(messages.map((m) => m.to).sort()).toEqual(
        [phone, await dutyPhone('WATER'), await dutyPhone(ROOM)].sort(),
      );
      expect(messages.find((m) => m.to === phone)?.text).toContain(queryCode);
      expect(h.gateway.tries).toHaveLength(h.gateway.taken.size);
      expect(h.gateway.tries.every((t) => t.key === t.id)).toBe(true);

      await until('the last nudge', () => about(water).some((n) => n.type === 'work_order.closed'));
      const rooms = (s: Screen) => [...new Set(about(s).map((n) => n.room.split(':')[0]))].sort();
      expect(rooms(water)).toEqual(['order', 'org']);
      expect(rooms(center)).toEqual(['center']);
      expect(about(zhzf)).toEqual([]);
      for (const s of [water, center]) {
        // Lead and co are assigned by one act: these two nudges are the same.
        const said = about(s).flatMap((n) =>
          n.type === 'assignment.created' ? [] : JSON.stringify(n),
        );
        expect(new Set(said).size).toBe(said.length);
        for (const n of s.nudges())
          expect(Object.keys(n).sort()).toEqual(['id', 'room', 'type', 'version']);
        expect(s.heard.every((e) => e.event === 'nudge')).toBe(true);
      }

      // The quiet screen was not a broken one.
      const other = await w.register();
      await w.accept(other.orderId);
      await w.act('dispatcher', other.orderId, 'dispatch', { leadId: await w.unitId('ZHZF') });
      await until('its own order', () => zhzf.nudges().some((n) => n.id === other.orderId));
      expect(water.nudges().filter((n) => n.id === other.orderId)).toEqual([]);
      expect(await water.watch(other.orderId)).toBe(false);
    });

    it('raised on the page, is rated through the one-time link by the page', async () => {
      const phone = '13900000705';
      const citizen = browser(h.url);
      const { orderNo, code } = await orderByForm(citizen, {
        content: '翠竹苑门口的水管漏水三天了。',
        phone,
        name: '周先生',
      });
      const found = must(await (await h.as('operator')).get(`/api/orders/find?q=${orderNo}`));
      const orderId = found[0].id as string;
      expect(found[0]).toMatchObject({ channel: 'web', state: 'registered' });
      const receipt = await until('a receipt', () =>
        messagesAbout(orderNo).find((m) => m.to === phone),
      );
      expect(receipt.text).toContain(code);
      await w.accept(orderId);
      await toReply(orderId);
      await w.auditPass(orderId);

      const link = await linkFor(phone);
      const page = await followLink(citizen, link);
      expect(page.status).toBe(200);
      expect((await followLink(citizen, link)).status).toBe(200);
      const thanks = await fillForm(citizen, page.body, {
        contacted: 'yes',
        solved: 'solved',
        satisfaction: '5',
        comment: '很快。',
      });
      expect(thanks.status).toBe(200);
      expect(thanks.body).toContain('谢谢');
      const seen = await closed(orderId);
      expect(seen.closingType).toBe('solved');
      expect(seen.timeline.find((t) => t.act === 'evaluate')).toMatchObject({ party: 'citizen' });
      expect((await followLink(citizen, link)).status).toBe(404);
      const tracked = await fillForm(citizen, (await citizen.get('/track')).body, {
        orderNo,
        code,
      });
      expect(tracked.body).toContain('总管已经修好');
      await h.quiet();
      expect((await deliveries(orderId)).map((d) => d.kind).sort()).toEqual([
        'assigned',
        'rating_link',
        'receipt',
      ]);
      expect(h.gateway.to(phone)).toHaveLength(2);
    });

    it('answered at once, is rated through the link', async () => {
      const phone = '13900000706';
      const { orderId } = await w.register({ channel: 'wechat', phone, content: '水费怎么交？' });
      await w.act('operator', orderId, 'direct_answer', {
        type: 'consultation',
        answer: '可以在营业厅或手机上交。',
      });
      const citizen = browser(h.url);
      const page = await followLink(citizen, await linkFor(phone));
      await fillForm(citizen, page.body, { satisfaction: '4' });
      expect(await closed(orderId)).toMatchObject({ closingType: 'answered', direct: true });
      await h.quiet();
      expect((await deliveries(orderId)).map((d) => d.kind).sort()).toEqual([
        'rating_link',
        'receipt',
      ]);
      expect(h.gateway.to(phone)).toHaveLength(2);
    });

    it('not solved, is done again once more', async () => {
      const { orderId, orderNo } = await w.register({ phone: '13900000707' });
      await w.accept(orderId);
      await toReply(orderId);
      await w.auditPass(orderId);
      const first = await until('a call to make', () => w.callback(orderId));
      await w.evaluate(first, { contacted: true, solved: 'not_solved', satisfaction: 1 });
      await h.quiet();
      const waiting = await w.see(orderId);
      expect(waiting).toMatchObject({ state: 'pending_close', redoProposed: true });
      const { version } = waiting;
      const supervisor = await h.as('supervisor');
      must(await supervisor.post(`/api/orders/${orderId}/redo`, { version, reason: '仍然停水' }));
      expect(await w.see(orderId)).toMatchObject({
        state: 'dispatched',
        round: 2,
        redoProposed: false,
      });
      // The system supervises what has to be done again; whoever acts next has seen it.
      await h.quiet();
      await w.sign(orderId);
      await w.firstContact(orderId);
      await w.draft(orderId);
      await w.countersign(orderId);
      await w.auditPass(orderId);
      const second = await until('a second call', () => w.callback(orderId));
      expect(second).not.toBe(first);
      await w.evaluate(second, { contacted: true, solved: 'solved', satisfaction: 4 });
      const seen = await closed(orderId);
      expect(seen).toMatchObject({ closingType: 'solved', round: 2 });
      await h.quiet();
      expect((await notices('water', orderId)).toSorted()).toEqual([
        'assigned',
        'assigned',
        'supervised',
      ]);
      const water = await dutyPhone('WATER');
      expect(messagesAbout(orderNo).filter((m) => m.to === water)).toHaveLength(3);
      expect(h.gateway.tries).toHaveLength(h.gateway.taken.size);
    });
  });
});

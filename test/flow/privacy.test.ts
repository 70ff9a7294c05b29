/**
 * A name, a number and a phrase walk the whole road, through every door and every kind of mishap.
 * Afterwards they stand where they belong and nowhere else: no other row that ever was, no queue, no
 * log line, no socket, no message to somebody else.
 */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { BACKENDS, browser, newKey, openHouse, until } from '../processes.ts';
import type { House, Screen } from '../processes.ts';
import { fillForm, followLink, orderByForm } from './citizen.ts';
import { formsOf, rememberRows, tablesSeen, tablesWith, wordsIn } from './scan.ts';
import { ROOM, must, registration, walk } from './walk.ts';
import type { Walk } from './walk.ts';

const NAME = '欧阳玥珺瑢';
const PHONE = '13977700421';
const PHRASE = '紫檀木琵琶弦轴松了七圈半';
const WORDS = { name: NAME, phone: PHONE, phrase: PHRASE };

/** The only tables that may hold what people wrote; rows in them can be redacted and erased. */
const FREE_TEXT = [
  'public.act_text',
  'public.identity_reading',
  'public.order_text',
  'public.reply',
];
/** Tables that must have been written to, or the search proves nothing. */
const MUST_BE_SEEN =
  `act domain_event audit_log idempotency_key outbox delivery throttle notification
  routing_decision session evaluation identity_vault requester rating_link callback_task
  callback_attempt urge work_order assignment`.split(/\s+/);
const CHANNELS = ['hotline_nudge', 'bullmq_jobs', 'bullmq_events'];

describe.each(BACKENDS)('what people entrust to the house, on %s', (backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    let h: House;
    let w: Walk;
    let watched = 0;
    let screens: Screen[];
    const notified: string[] = [];
    const commands: string[] = [];
    const closers: (() => unknown)[] = [];

    beforeAll(async () => {
      h = await openHouse(
        backend,
        { LOG_LEVEL: 'debug', OUTBOX_REQUEUE_SECONDS: '1' },
        { workers: 'later' },
      );
      w = walk(h.as);
      watched = await rememberRows(h.owner);
      const listener = new pg.Client({ connectionString: h.database.ownerUrl });
      listener.on('error', () => {});
      listener.on('notification', (n) => notified.push(`${n.channel} ${n.payload}`));
      await listener.connect();
      for (const channel of CHANNELS) await listener.query(`listen ${channel}`);
      closers.push(() => listener.end());
      if (h.redis) {
        const monitor = await h.redis.client.monitor();
        monitor.on('monitor', (_: string, args: string[]) => commands.push(args.join(' ')));
        closers.push(() => monitor.disconnect());
      }
      await h.startWorkers();
      screens = await Promise.all(
        ['dispatcher', 'water', 'nantang', 'zhzf', 'supervisor'].map((login) => h.screen(login)),
      );
    });
    afterAll(async () => {
      for (const close of closers) await close();
      await h?.close();
    });

    const told = { name: NAME, phone: PHONE, phrase: PHRASE };
    const linkFor = (phone: string, nth = 1) =>
      until('a rating link', () =>
        h.gateway
          .to(phone)
          .flatMap((m) => /https?:\S+\/rate\/[\w-]{43}/.exec(m.text)?.[0] ?? [])
          .at(nth - 1),
      );

    it('goes down the whole road by telephone', async () => {
      const { orderId } = await w.register(told);
      for (const s of screens.slice(0, 1)) await s.watch(orderId);
      for (const visibility of ['staff', 'public', 'center'])
        await w.act('operator', orderId, 'note', { text: `记：${PHRASE}`, visibility });
      await w.accept(orderId);
      await w.dispatch(orderId, [ROOM], `注意：${PHRASE}`);
      await w.sign(orderId);
      await w.firstContact(orderId, PHRASE);
      await w.progress(orderId, PHRASE);
      await w.coReply(orderId, PHRASE);
      const dispatcher = await h.as('dispatcher');
      must(await dispatcher.post(`/api/orders/${orderId}/urges`, { level: 1, text: PHRASE }));
      await w.draft(orderId, PHRASE);
      await w.draft(orderId, `${PHRASE}。`);
      await w.countersign(orderId, PHRASE);
      await w.auditFail(orderId, PHRASE);
      await w.draft(orderId, PHRASE);
      await w.countersign(orderId);
      await w.act('auditor', orderId, 'audit_pass', { checklist: ['finding'], note: PHRASE });
      const task = await until('a call to make', () => w.callback(orderId));
      await w.attempt(task, 'no_answer', PHRASE);
      await w.evaluate(task, { solved: 'not_solved', satisfaction: 1, comment: `说：${PHRASE}` });
      const supervisor = await h.as('supervisor');
      // What the evaluation leads to may come between the look and the redo: then one looks again.
      await until('the redo', async () => {
        const { version } = await w.see(orderId);
        const redo = { version, reason: `再办：${PHRASE}` };
        must(await supervisor.post(`/api/orders/${orderId}/redo`, redo));
        return true;
      });
      const reveal = `/api/orders/${orderId}/requester/reveal`;
      const shown = must(await (await h.as('followup')).post(reveal, { reason: PHRASE }));
      expect(shown).toMatchObject({ name: NAME, phone: PHONE });
    });

    it('comes through the citizen’s pages', async () => {
      const citizen = browser(h.url);
      const who = { content: `门口。${PHRASE}`, name: NAME, phone: `+86 139-7770-0421` };
      const { orderNo, code } = await orderByForm(citizen, who);
      const [found] = must(await (await h.as('operator')).get(`/api/orders/find?q=${orderNo}`));
      await w.act('operator', found.id, 'direct_answer', {
        type: 'consultation',
        answer: `答：${PHRASE}`,
      });
      const page = await followLink(citizen, await linkFor(PHONE));
      await fillForm(citizen, page.body, { satisfaction: '5', comment: `评：${PHRASE}` });
      await until('closed', async () => (await w.see(found.id)).state === 'closed');
      const { body } = await fillForm(citizen, (await citizen.get('/track')).body, {
        orderNo,
        code,
      });
      expect(body).toContain(PHRASE);
    });

    it('is refused, withdrawn and urged', async () => {
      const refused = await w.register(told);
      await w.act('dispatcher', refused.orderId, 'reject', {
        ground: 'N01',
        wordsTold: PHRASE,
        guidance: PHRASE,
      });
      const { orderId, orderNo, queryCode } = await w.register(told);
      await w.accept(orderId);
      await w.dispatch(orderId, []);
      const citizen = browser(h.url);
      await fillForm(citizen, (await citizen.get('/track')).body, { orderNo, code: queryCode });
      expect((await citizen.form('/track/urge', {})).status).toBe(200);
      await fillForm(citizen, (await citizen.get('/track/note')).body, { text: PHRASE });
      await fillForm(citizen, (await citizen.get('/track/withdraw')).body, { wish: PHRASE });
      expect(await w.see(orderId)).toMatchObject({ state: 'closed', closingType: 'withdrawn' });
    });

    it('meets every kind of mishap', async () => {
      const operator = await h.as('operator');
      const status = async (answer: Promise<{ status: number }>) => (await answer).status;
      const [path, body, headers] = registration(told, newKey());
      // Wrong in every way a form can be wrong.
      expect(await status(operator.post(path, { ...body, areaCode: PHRASE }, headers))).toBe(422);
      expect(
        await status(operator.post(path, { ...body, content: PHRASE.repeat(400) }, headers)),
      ).toBe(422);
      expect(
        await status(operator.post(path, { ...body, [PHRASE]: 1, channel: PHRASE }, headers)),
      ).toBe(422);
      const broken = await fetch(new URL(path, h.url), {
        method: 'POST',
        headers: {
          ...headers,
          origin: h.url,
          cookie: [...operator.cookies].map((c) => c.join('=')).join('; '),
          'content-type': 'application/json',
        },
        body: `{"content":"${PHRASE} ${NAME} ${PHONE}`,
      });
      expect(broken.status).toBe(400);
      // The same key with other words.
      must(await operator.post(path, body, headers));
      const { content, ...rest } = body as { content: string };
      expect(await status(operator.post(path, { ...rest, content: `${content}！` }, headers))).toBe(
        422,
      );
      // Looked for, mistyped, guessed.
      must(await operator.post('/api/callers/lookup', { phone: PHONE }));
      must(await operator.get(`/api/orders/find?q=${PHONE}`));
      expect(await status(operator.get(`/api/orders/${PHONE}`))).toBe(404);
      expect(await status(operator.get(`/${encodeURIComponent(PHRASE)}/${PHONE}`))).toBe(404);
      const stranger = browser(h.url);
      expect(await status(stranger.post('/api/session', { login: PHONE, password: PHRASE }))).toBe(
        401,
      );
      const door = await stranger.get<string>('/track');
      expect(await status(fillForm(stranger, door.body, { orderNo: PHONE, code: PHRASE }))).toBe(
        422,
      );
      expect(await status(stranger.get(`/rate/${PHONE}`))).toBe(404);
      // The database refuses a row and quotes it in its error.
      await h.owner.query(
        `alter table order_text add constraint scan_refusal check (occurred <> '意外')`,
      );
      const fails = { ...body, occurred: '意外' };
      expect(await status(operator.post(path, fails, { 'idempotency-key': newKey() }))).toBe(500);
      await until('the log says it', () => h.api.output().includes('scan_refusal'));
      await h.owner.query('alter table order_text drop constraint scan_refusal');
      // A handler fails, and the gateway refuses.
      await h.owner.query(
        `alter table notification add constraint scan_refusal check (false) not valid`,
      );
      h.gateway.behave((_, nth) => (nth === 1 ? 'refuse' : 'take'));
      const { orderId } = await w.register(told);
      await w.accept(orderId);
      await w.dispatch(orderId, []);
      await until('a duty fails', () => h.workers[0]!.output().includes('duty failed'));
      await until('a delivery fails', () => h.workers[0]!.output().includes('delivery failed'));
      await h.owner.query('alter table notification drop constraint scan_refusal');
      h.gateway.behave(() => 'take');
      await h.quiet();
    });

    it('stands where it belongs and in no other row that ever was', async () => {
      expect(watched).toBeGreaterThan(40);
      const seen = await tablesSeen(h.owner);
      expect(seen).toEqual(expect.arrayContaining(MUST_BE_SEEN.map((t) => `public.${t}`)));
      if (!h.redis) expect(seen).toContain('bullmq.job');
      await h.owner.query('insert into scan.planted values ($1, $2)', [`x${PHRASE}y`, null]);
      await h.owner.query('insert into scan.planted values ($1, $2)', [
        '',
        Buffer.from(`x${NAME}y`),
      ]);
      const phone64 = Buffer.from(`{"a":"${PHONE}"}`).toString('base64');
      await h.owner.query('insert into scan.planted values ($1, $2)', [phone64, null]);
      await h.owner.query('delete from scan.planted');
      expect(await tablesWith(h.owner, PHRASE)).toEqual([...FREE_TEXT, 'scan.planted']);
      expect(await tablesWith(h.owner, NAME)).toEqual(['scan.planted']);
      expect(await tablesWith(h.owner, PHONE)).toEqual(['scan.planted']);
    });

    it('is on no channel, in no queue, in no log and on no screen', async () => {
      expect(notified.length > 0).toBe(!h.redis);
      expect(wordsIn(notified.join('\n'), WORDS)).toEqual([]);
      if (h.redis) {
        await h.redis.client.set('planted', PHRASE);
        await until('the planted words', () => wordsIn(commands.join('\n'), WORDS).length > 0);
        const others = commands.filter((c) => !/planted/.test(c)).join('\n');
        expect(others).toMatch(/deliveries/);
        expect(others).toMatch(/socket\.io/);
        expect(wordsIn(others, WORDS)).toEqual([]);
      }
      for (const proc of [h.api, ...h.workers]) {
        expect(proc.output()).toContain('ready');
        expect(wordsIn(proc.output(), WORDS)).toEqual([]);
      }
      const heard = screens.flatMap((s) => s.heard);
      expect(heard.length).toBeGreaterThan(20);
      expect(wordsIn(JSON.stringify(heard), WORDS)).toEqual([]);
      expect(wordsIn(`…${PHRASE}…`, WORDS)).toEqual(['phrase']);
      expect(formsOf(PHRASE).every((form) => form.length > 10)).toBe(true);
    });

    it('is in no message but on the way to its own telephone', () => {
      const messages = [...h.gateway.taken.values()];
      expect(messages.length).toBeGreaterThan(5);
      expect(wordsIn(messages.map((m) => m.text).join('\n'), WORDS)).toEqual([]);
      for (const m of messages)
        expect([PHONE, expect.stringMatching(/^0990/)]).toContainEqual(m.to);
    });
  });
});

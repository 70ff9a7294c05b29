/**
 * Words in 500 open chats over real sockets, with two api processes and one worker process: as many as
 * go, then a steady stream well below that. A word is delivered when the other side has fetched it, as
 * the widget and the desk do. Beside it a bare loop that writes as many rows in as many transactions.
 * `npm run bench -- chat`.
 */
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { MessagePage, Opened } from '../../src/chat/schema.ts';
import { again, chatPolicy, hire } from '../flow/chat-bots.ts';
import { BACKENDS, openHouse, signIn } from '../processes.ts';
import type { Browser, House } from '../processes.ts';

/** Fewer for a quick look. */
const CHATS = Number(process.env.HOTLINE_BENCH_COUNT ?? 500);
/** The most that the policy allows one operator. */
const CAP = 20;
const OPERATORS = Math.ceil(CHATS / CAP);
/** Nobody is thought gone on a machine that has no time for their sockets. */
const GONE_SECONDS = 3_600;
/** Citizens who open at once, and words on their way at once. */
const OPENERS = 8;
const WRITERS = 16;
const FLOOD_MS = 20_000;
/** The steady stream: this share of what went at most. */
const SHARE = 0.4;
const STEADY_MS = 30_000;
const BASELINE_MS = 3_000;
/** A house that was busy is asked again after this. */
const AGAIN_MS = 50;
/** A word that is not there by then is lost. */
const LOST_MS = 60_000;
const LIMIT_MS = 900_000;

type Side = 'citizen' | 'operator';
interface Talk {
  chatId: string;
  token: string;
  operator: Browser;
  url: string;
}

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const rank = (sorted: number[], share: number) => +sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1); // prettier-ignore
const perSecond = (count: number, ms: number) => +((count * 1_000) / ms).toFixed(1);

interface Base {
  transactionsPerSecond: number;
  transactionMsP99: number;
}
/** The machine before and after: others use it too. */
const mean = (a: Base, b: Base): Base => ({
  transactionsPerSecond: (a.transactionsPerSecond + b.transactionsPerSecond) / 2,
  transactionMsP99: (a.transactionMsP99 + b.transactionMsP99) / 2,
});

/** Does the work for each number below `count`, some at once. */
async function spread(
  count: number,
  atOnce: number,
  work: (i: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const one = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

describe.each(BACKENDS)('chats on %s', (backend) => {
  describe.skipIf(backend === 'redis' && inject('redisUrl') === null)('', () => {
    let house: House;
    let urls: string[] = [];
    const sockets: Socket[] = [];
    const talks: Talk[] = [];
    /** Words on their way, by id: whom they must reach, and what to do then. */
    const onTheWay = new Map<string, { to: Side; arrived: () => void }>();
    /** What must not be: gaps, and what a server refused. */
    const faults: string[] = [];
    let sent = 0;
    let busy = 0;

    beforeAll(async () => {
      house = await openHouse(backend, {}, { workers: 'later' });
      const second = await house.startApi();
      urls = [house.url, second.url];
      afterAll(() => second.proc.stop());
      await chatPolicy(house, { cap: CAP, goneSeconds: GONE_SECONDS });
    }, LIMIT_MS);
    afterAll(async () => {
      for (const s of sockets) s.disconnect();
      await house?.close();
    });

    /** A busy house is asked again: every id makes the same once more harmless. */
    async function patient<T extends { status: number }>(ask: () => Promise<T>): Promise<T> {
      for (;;) {
        const answer = await ask();
        if (answer.status !== 503) return answer;
        busy += 1;
        await sleep(AGAIN_MS);
      }
    }
    const door = async (url: string, path: string, token: string, body?: object) => {
      const r = await patient(() =>
        fetch(`${url}/chat/v1/sessions${path}`, {
          method: body ? 'POST' : 'GET',
          headers: {
            ...(token && { authorization: `Bearer ${token}` }),
            ...(body && { 'content-type': 'application/json' }),
          },
          ...(body && { body: JSON.stringify(body) }),
        }),
      );
      if (!r.ok) throw new Error(`${path}: ${r.status} ${await r.text()}`);
      return (await r.json()) as unknown;
    };

    /** Reads on from what is known; every number follows the one before. */
    function reader(side: Side, chatId: string, page: (after: number) => Promise<MessagePage>) {
      let known = 0;
      return again(async () => {
        try {
          const { messages } = await page(known);
          for (const m of messages) {
            if (m.seq !== known + 1) faults.push(`${chatId}: ${m.seq} after ${known}`);
            known = m.seq;
            const word = onTheWay.get(m.id);
            if (word?.to !== side) continue;
            onTheWay.delete(m.id);
            word.arrived();
          }
        } catch (error) {
          faults.push(String(error));
        }
      });
    }

    /** Looks as the widget does: how it stands, then what is new. */
    function widget(talk: Talk): void {
      const look = reader('citizen', talk.chatId, async (after) => {
        await door(talk.url, '/current', talk.token);
        return (await door(talk.url, `/current/messages?after=${after}`, talk.token)) as MessagePage; // prettier-ignore
      });
      const auth = { token: talk.token };
      const socket = io(`${talk.url}/chat`, { transports: ['websocket'], auth, forceNew: true });
      sockets.push(socket.on('connect', () => void look()).on('news', () => void look()));
    }

    /** Looks as the desk does: the list, and the chat that the news is of. */
    async function desk(login: string, url: string): Promise<Browser> {
      const me = await signIn(url, login);
      const read = async <T>(path: string): Promise<T> => {
        const { status, body } = await patient(() => me.get(`/api/chat/chats${path}`));
        if (status !== 200) throw new Error(`${path}: ${status}`);
        return body as T;
      };
      const list = again(() => read<unknown>('').then(() => {}, (e) => void faults.push(String(e)))); // prettier-ignore
      const chats = new Map<string, () => Promise<void>>();
      const chat = (id: string) =>
        chats.get(id) ??
        reader('operator', id, async (after) => {
          const [, page] = await Promise.all([read(`/${id}`), read<MessagePage>(`/${id}/messages?after=${after}`)]); // prettier-ignore
          return page;
        });
      const cookie = [...me.cookies].map((c) => c.join('=')).join('; ');
      const extraHeaders = { cookie, origin: url };
      const socket = io(url, { transports: ['websocket'], extraHeaders, forceNew: true });
      socket.on('nudge', (nudges: { type: string; id: string; room: string }[]) => {
        for (const n of nudges) {
          if (!n.room.startsWith('user:') || !n.type.startsWith('chat.')) continue;
          const look = chat(n.id);
          chats.set(n.id, look);
          void look();
          void list();
        }
      });
      sockets.push(socket);
      await new Promise<void>((there) => void socket.once('connect', there));
      const on = await me.put('/api/chat/seat', { on: true });
      if (on.status !== 200) throw new Error(`no seat: ${on.status}`);
      return me;
    }

    /** Says a word in a chat. @returns milliseconds from an instant until the other side has it. */
    async function deliver(talk: Talk, from: Side, since = performance.now()): Promise<number> {
      const id = randomUUID();
      const to = from === 'citizen' ? 'operator' : 'citizen';
      const arrived = new Promise<number>((done, lost) => {
        const timer = setTimeout(() => lost(new Error(`lost: ${id}; ${faults[0] ?? ''}`)), LOST_MS);
        onTheWay.set(id, {
          to,
          arrived: () => (clearTimeout(timer), done(performance.now() - since)),
        });
      });
      const text = `水压还是很低，第 ${++sent} 句`;
      if (from === 'citizen') {
        await door(talk.url, '/current/messages', talk.token, { id, text });
      } else {
        const where = `/api/chat/chats/${talk.chatId}/messages`;
        const r = await patient(() => talk.operator.post(where, { id, text }));
        if (r.status !== 200) throw new Error(`not said: ${JSON.stringify(r.body)}`);
      }
      return arrived;
    }
    const nth = (i: number) => [talks[i % talks.length]!, (i + Math.floor(i / talks.length)) % 2 ? 'operator' : 'citizen'] as const; // prettier-ignore

    async function open(i: number): Promise<Talk> {
      const url = urls[i % urls.length]!;
      const who = { name: `第${i}位`, phone: String(13_900_000_000 + i) };
      const body = { clientId: randomUUID(), text: '家里水压很低', ...who };
      const { chatId, token } = (await door(url, '', '', body)) as Opened;
      return { chatId, token, url, operator: null as never };
    }

    /** Rows that the transaction of a word wrote, by what stands in them; no worker may have run. */
    async function rowsOf(clientId: string): Promise<number> {
      const tables = ['chat_session', 'domain_event', 'outbox', 'audit_log', 'chat_message'];
      const each = tables.map((t) => `(select count(*) from ${t} t where t.xmin = m.xmin)`);
      const { rows } = await house.owner.query(
        `select (${each.join(' + ')})::int as n from chat_message m where client_id = $1`,
        [clientId],
      );
      return rows[0].n as number;
    }

    /** One transaction after the other with so many rows each, as many at once as words are. */
    async function baseline(rowsEach: number): Promise<Base> {
      const pool = new pg.Pool({ connectionString: house.database.ownerUrl, max: WRITERS });
      await pool.query('create table if not exists bench_row (body text)');
      const begun = performance.now();
      const took: number[] = [];
      const worker = async () => {
        while (performance.now() - begun < BASELINE_MS) {
          const from = performance.now();
          await pool.query(`insert into bench_row select 'word' from generate_series(1, ${rowsEach})`); // prettier-ignore
          took.push(performance.now() - from);
        }
      };
      await Promise.all(Array.from({ length: WRITERS }, worker));
      const ms = performance.now() - begun;
      const { rows } = await pool.query(`select min(n)::int as least, max(n)::int as most
        from (select count(*) as n from bench_row group by xmin::text) x`);
      await pool.end();
      expect(rows[0]).toEqual({ least: rowsEach, most: rowsEach });
      took.sort((a, b) => a - b);
      return { transactionsPerSecond: perSecond(took.length, ms), transactionMsP99: rank(took, 0.99) }; // prettier-ignore
    }

    function figures(what: string, took: number[], ms: number, base: Base, more: object) {
      took.sort((a, b) => a - b);
      const rate = perSecond(took.length, ms);
      say({
        bench: 'chat',
        what,
        backend,
        chats: CHATS,
        operators: OPERATORS,
        apis: urls.length,
        messages: took.length,
        messagesPerSecond: rate,
        deliveredMsP50: rank(took, 0.5),
        deliveredMsP99: rank(took, 0.99),
        deliveredMsMax: rank(took, 1),
        ...more,
        busy,
        baselineTransactionsPerSecond: base.transactionsPerSecond,
        baselineTransactionMsP99: base.transactionMsP99,
        messagesPerBaselineTransaction: +(rate / base.transactionsPerSecond).toFixed(4),
        deliveredP99PerBaselineP99: +(rank(took, 0.99) / base.transactionMsP99).toFixed(2),
        load: os.loadavg()[0],
      });
      return rate;
    }

    it(
      'carries words',
      async () => {
        const logins = await hire(house, OPERATORS);
        const first = await open(0);
        const desks: Browser[] = [];
        for (const [i, login] of logins.entries()) desks.push(await desk(login, urls[i % urls.length]!)); // prettier-ignore
        // Without a worker nothing of what a word wrote is gone yet.
        const id = randomUUID();
        await door(first.url, '/current/messages', first.token, { id, text: '喂' });
        sent += 1;
        const rowsEach = await rowsOf(id);
        await house.startWorkers();
        const from = performance.now();
        const opened: Talk[] = [first];
        await spread(CHATS - 1, OPENERS, async (i) => void opened.push(await open(i + 1)));
        const opensPerSecond = perSecond(CHATS - 1, performance.now() - from);
        const { rows } = await house.owner.query(
          `select s.id, u.login from chat_session s join app_user u on u.id = s.operator_id where s.state = 'open'`,
        );
        const whose = new Map(rows.map((r) => [r.id as string, logins.indexOf(r.login as string)]));
        for (const t of opened) talks.push({ ...t, operator: desks[whose.get(t.chatId) ?? -1]! });
        expect(talks.filter((t) => !t.operator)).toEqual([]);
        talks.forEach(widget);
        await house.quiet(LOST_MS);

        const before = await baseline(rowsEach);
        const flooded: number[] = [];
        const begun = performance.now();
        let next = 0;
        const writer = async () => {
          while (performance.now() - begun < FLOOD_MS) flooded.push(await deliver(...nth(next++)));
        };
        await Promise.all(Array.from({ length: WRITERS }, writer));
        const tookMs = performance.now() - begun;
        await house.quiet(LOST_MS);
        const base = mean(before, await baseline(rowsEach));
        const more = { rowsPerMessage: rowsEach, opensPerSecond };
        const most = figures('as many as go', flooded, tookMs, base, more);

        const apart = 1_000 / (most * SHARE);
        const count = Math.floor(STEADY_MS / apart);
        const start = performance.now();
        const waiting: Promise<number>[] = [];
        for (let i = 0; i < count; i++) {
          const due = start + i * apart;
          await sleep(Math.max(0, due - performance.now()));
          waiting.push(deliver(...nth(next++), due));
        }
        const steady = await Promise.all(waiting);
        figures('steady', steady, performance.now() - start, base, { share: SHARE });

        expect(faults).toEqual([]);
        const stored = await house.owner.query(`select count(*)::int as n from chat_message
          where side in ('citizen', 'operator')`);
        // Each chat began with a word of its own.
        expect(stored.rows[0].n).toBe(sent + CHATS);
      },
      LIMIT_MS,
    );
  });
});

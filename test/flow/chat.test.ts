/**
 * Chats by bots over real sockets: connections break at random, two api processes, one of them killed
 * and started again in the middle. Both sides read the same, message by message; the cap holds.
 * `FULL=1` plays 200 chats instead of the size for CI.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openHouse, signIn, until } from '../processes.ts';
import type { Backend, House } from '../processes.ts';
import { agent, chatPolicy, citizen, hire, seeded } from './chat-bots.ts';
import type { Agent, Citizen } from './chat-bots.ts';

const FULL = Boolean(process.env.FULL);
const SEED = 20_260_921;
const CAP = 3;

/** Most chats that one operator had at once, as the database saw it. */
function watchCap(house: House) {
  let most = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      const { rows } = await house.owner.query(`select coalesce(max(n), 0)::int as n from (
        select count(*) as n from chat_session where state = 'open' group by operator_id) x`);
      most = Math.max(most, rows[0].n);
      await sleep(50);
    }
  })();
  return async () => ((over = true), await watching, most);
}

const sizes: [Backend, { chats: number; agents: number; words: number }][] = FULL
  ? [
      ['postgres', { chats: 200, agents: 10, words: 6 }],
      ['redis', { chats: 100, agents: 10, words: 6 }],
    ]
  : [
      ['postgres', { chats: 12, agents: 3, words: 3 }],
      ['redis', { chats: 8, agents: 2, words: 2 }],
    ];

it.each(sizes)(
  'nothing is lost, doubled or out of order (%s)',
  { timeout: FULL ? 1_800_000 : 600_000 },
  async (backend, size) => {
    // prettier-ignore
    const house = await openHouse(backend);
    try {
      await play(house, size);
    } finally {
      await house.close();
    }
  },
);

async function play(house: House, size: { chats: number; agents: number; words: number }) {
  await chatPolicy(house, { cap: CAP });
  const second = await house.startApi();
  const urls = [house.url, second.url];
  const logins = await hire(house, size.agents);
  const random = seeded(SEED);
  const agents: Agent[] = [];
  for (const login of logins) {
    const session = await signIn(house.url, login);
    agents.push(await agent({ urls, random: seeded(Math.floor(random() * 1e9)) }, login, session));
    const on = await session.put('/api/chat/seat', { on: true });
    expect(on.status).toBe(200);
  }
  const most = watchCap(house);
  const begun = performance.now();
  const coming = Array.from({ length: size.chats }, (_, i) => {
    const bot = { urls, random: seeded(Math.floor(random() * 1e9)) };
    return citizen(bot, `第${i + 1}位`, size.words);
  });
  const all = Promise.all(coming);
  all.catch(() => {});
  const words = size.chats * size.words;
  const saidBy = async () => (await house.owner.query(`select count(*)::int as n from chat_message where side = 'citizen'`)).rows[0].n as number; // prettier-ignore
  await Promise.race([all, until('a third of the words', async () => (await saidBy()) >= words / 3, FULL ? 900_000 : 120_000)]); // prettier-ignore
  await house.restartApi();
  const citizens = await all;
  for (const a of agents) await a.stop();
  const mostAtOnce = await most();
  const drops = (all: { drops: number }[]) => all.reduce((n, one) => n + one.drops, 0);
  if (FULL)
    process.stdout.write(
      `${JSON.stringify({ ...size, mostAtOnce, lines: citizens.reduce((n, c) => n + c.seen.length, 0), citizenDrops: drops(citizens), agentDrops: drops(agents), ms: Math.round(performance.now() - begun) })}\n`,
    );
  expect(mostAtOnce).toBe(CAP);
  await same(house, citizens, agents, size.words);
  expect(drops(citizens)).toBeGreaterThan(0);
  expect(drops(agents)).toBeGreaterThan(0);
  await inTurn(house);
  await second.proc.stop();
}

/** What each side saw is what stands there, in one sequence without gaps. */
async function same(house: House, citizens: Citizen[], agents: Agent[], words: number) {
  const { rows } = await house.owner.query(
    `select chat_id, seq, client_id, side from chat_message where seq is not null order by chat_id, seq`,
  );
  for (const c of citizens) {
    const stored = rows.filter((r) => r.chat_id === c.chatId);
    expect(stored.map((r) => r.seq)).toEqual(stored.map((_, i) => i + 1));
    expect(c.seen.map((l) => [l.seq, l.id, l.side])).toEqual(
      stored.map((r) => [r.seq, r.client_id, r.side]),
    );
    expect(c.seen.filter((l) => l.side === 'citizen').map((l) => l.text)).toEqual(c.said);
    expect(c.said).toHaveLength(words);
    // Nobody gave it away: one operator saw all of it.
    const theirs = agents.flatMap((a) => a.seen.get(c.chatId) ?? []);
    expect(theirs.map((l) => ({ ...l, text: l.side === 'system' ? '' : l.text }))).toEqual(
      c.seen.map((l) => ({ ...l, text: l.side === 'system' ? '' : l.text })),
    );
    expect(c.seen.filter((l) => l.side === 'operator')).toHaveLength(words);
  }
}

/**
 * Who came first was served first. A chat stands in the queue when its transaction has ended, a moment
 * after its instant, and a transaction that serves one may have waited a moment for its turn: who had
 * stood there for that moment was overtaken by nobody.
 */
async function inTurn(house: House) {
  const { rows } = await house.owner
    .query(`select a.queued_at as came, a.assigned_at as served, b.queued_at as later, b.assigned_at as before
    from chat_session a, chat_session b where a.queued_at < b.queued_at
      and a.queued_at < b.assigned_at - interval '1500 milliseconds'
      and a.assigned_at > b.assigned_at + interval '1500 milliseconds'`);
  expect(rows).toEqual([]);
}

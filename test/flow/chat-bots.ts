/** Citizens and operators at real sockets who lose their connections at random, and go on. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { Desk, MessageView, Opened } from '../../src/chat/schema.ts';
import { browser, until } from '../processes.ts';
import type { Answer, Browser, House } from '../processes.ts';

/** Numbers that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Accounts like the operator's, so that several can sit at the desk. */
export async function hire(house: House, n: number): Promise<string[]> {
  const logins = Array.from({ length: n }, (_, i) => `chat.${i + 1}`);
  for (const login of logins) {
    await house.owner.query(
      `with made as (insert into app_user (id, person_id, login, display_name, password_hash)
         select gen_random_uuid(), gen_random_uuid(), $1, $1, password_hash from app_user
         where login = 'operator' returning id)
       insert into role_grant (id, user_id, organization_id, role)
       select gen_random_uuid(), made.id, g.organization_id, g.role from made, role_grant g
       join app_user u on u.id = g.user_id where u.login = 'operator' and g.role = 'operator'`,
      [login],
    );
  }
  return logins;
}

/** What the city decides of chats, in part, from now on; bots may come and speak as often as they do. */
export async function chatPolicy(house: House, part: object): Promise<void> {
  await house.owner.query(
    `insert into channel_policy (version, document, created_at)
     select version + 1, jsonb_set(document, '{chat}', document->'chat' || $1::jsonb), created_at
     from channel_policy order by version desc limit 1`,
    [JSON.stringify({ opensPerHour: 100_000, perMinute: 1_000, ...part })],
  );
}

/** In a queue of 200 some wait for long. */
const PATIENCE_MS = process.env.FULL ? 600_000 : 60_000;
const RETRY_MS = 60;
/** Answers that say "later": the same again does no harm. */
const LATER = new Set([429, 500, 502, 503]);

/** Asks one house after the other until one answers. */
async function stubborn(urls: readonly string[], ask: (url: string) => Promise<Answer>) {
  for (const end = performance.now() + PATIENCE_MS, n = { i: 0 }; ; n.i++) {
    try {
      const answer = await ask(urls[n.i % urls.length]!);
      if (!LATER.has(answer.status)) return answer;
    } catch (error) {
      // The house is down just now, or went down while it answered.
      if (performance.now() > end) throw error;
    }
    if (performance.now() > end) throw new Error('nobody ever answered');
    await sleep(RETRY_MS);
  }
}

/** Runs one at a time; what is asked meanwhile is one more run. */
export function again(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let more = false;
  const run = async (): Promise<void> => {
    do {
      more = false;
      await work();
    } while (more);
    running = undefined;
  };
  return () => {
    if (running) more = true;
    else running = run();
    return running!;
  };
}

export type Line = Pick<MessageView, 'seq' | 'id' | 'side' | 'text'>;
const lineOf = ({ seq, id, side, text }: MessageView): Line => ({ seq, id, side, text });

/** Takes lines in; a number that came twice must say the same, and none is ever left out. */
function keep(known: Line[], found: readonly MessageView[]): void {
  for (const m of found) {
    const at = known[m.seq - 1];
    if (at && JSON.stringify(at) !== JSON.stringify(lineOf(m)))
      throw new Error(`number ${m.seq} says two things`);
    if (!at && m.seq !== known.length + 1) throw new Error(`number ${known.length + 1} is missing`);
    known[m.seq - 1] = lineOf(m);
  }
}

export interface Citizen {
  chatId: string;
  said: string[];
  seen: Line[];
  drops: number;
}

interface World {
  urls: readonly string[];
  random: () => number;
}

/** A citizen who says some things, one after the answer to the other, and goes. */
export async function citizen(w: World, name: string, words: number): Promise<Citizen> {
  const { random } = w;
  const urls = random() < 0.5 ? w.urls : w.urls.toReversed();
  let token = '';
  const call = (method: string, path: string, body?: unknown) =>
    stubborn(urls, async (url) => {
      const r = await fetch(`${url}/chat/v1/sessions${path}`, {
        method,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await r.text();
      return { status: r.status, body: text ? JSON.parse(text) : null, headers: r.headers };
    });
  const opened = await call('POST', '', { clientId: randomUUID() });
  if (opened.status !== 201) throw new Error(`not opened: ${JSON.stringify(opened.body)}`);
  const { chatId } = opened.body as Opened;
  token = (opened.body as Opened).token;
  const me: Citizen = { chatId, said: [], seen: [], drops: 0 };
  const fetchNew = again(async () => {
    const { body } = await call('GET', `/current/messages?after=${me.seen.length}`);
    keep(me.seen, body.messages);
  });
  let socket: Socket | null = null;
  const connect = () => {
    const url = urls[Math.floor(random() * urls.length)]!;
    socket = io(`${url}/chat`, {
      transports: ['websocket'],
      auth: { token },
      reconnectionDelay: 50,
      reconnectionDelayMax: 150,
      forceNew: true,
    });
    socket.on('connect', () => void fetchNew());
    socket.on('news', () => void fetchNew());
  };
  connect();
  for (let n = 1; n <= words; n++) {
    if (random() < 0.35) {
      me.drops += 1;
      socket!.disconnect();
      await sleep(random() * 200);
      connect();
    }
    const text = `${name} ${n}`;
    const said = await call('POST', '/current/messages', { id: randomUUID(), text });
    if (said.status !== 200) throw new Error(`not said: ${JSON.stringify(said.body)}`);
    me.said.push(text);
    await until(
      `the answer to ${text}`,
      () => me.seen.some((l) => l.side === 'operator' && l.text === `re ${text}`),
      PATIENCE_MS,
    );
  }
  await call('POST', '/current/end');
  const rated = await call('POST', '/current/rating', { satisfaction: 5 });
  // A repeated rating says that the first one, whose answer was lost, counted.
  if (rated.status !== 204 && rated.body.code !== 'already_rated') throw new Error('not rated');
  await fetchNew();
  socket!.disconnect();
  return me;
}

export interface Agent {
  login: string;
  /** By chat, what this operator saw. */
  seen: Map<string, Line[]>;
  drops: number;
  stop(): Promise<void>;
}

/** Nudges that name a chat of one's own. */
const MINE = new Set(['chat.assigned', 'chat.message', 'chat.changed']);

/** An operator who answers every word of every chat that is theirs, from nudges alone. */
export async function agent(w: World, login: string, session: Browser): Promise<Agent> {
  const { random, urls } = w;
  const houses = urls.map((url) => {
    const b = browser(url);
    for (const [k, v] of session.cookies) b.cookies.set(k, v);
    return b;
  });
  const call = (ask: (b: Browser) => Promise<Answer>) =>
    stubborn(
      houses.map((_, i) => String(i)),
      (i) => ask(houses[Number(i)]!),
    );
  const me: Agent = { login, seen: new Map(), drops: 0, stop: async () => {} };
  /** The id of each answer, so that a repeated one is the same. */
  const ids = new Map<string, string>();
  const idOf = (key: string) => ids.get(key) ?? (ids.set(key, randomUUID()), ids.get(key)!);
  let over = false;
  const serve = async (chatId: string) => {
    const lines = me.seen.get(chatId) ?? [];
    me.seen.set(chatId, lines);
    const got = await call((b) =>
      b.get(`/api/chat/chats/${chatId}/messages?after=${lines.length}`),
    );
    // It went to somebody else meanwhile.
    if (got.status !== 200) return;
    keep(lines, got.body.messages);
    const answered = new Set(lines.filter((l) => l.side === 'operator').map((l) => l.text));
    for (const l of lines.filter((x) => x.side === 'citizen' && !answered.has(`re ${x.text}`))) {
      const body = { id: idOf(`${chatId} ${l.seq}`), text: `re ${l.text}` };
      await call((b) => b.post(`/api/chat/chats/${chatId}/messages`, body));
    }
  };
  const chats = new Map<string, () => Promise<void>>();
  const look = (chatId: string) => {
    const known = chats.get(chatId) ?? again(() => serve(chatId));
    chats.set(chatId, known);
    return over ? Promise.resolve() : known();
  };
  /** After a connection was away anything may have happened. */
  const lookAtAll = again(async () => {
    const { body } = await call((b) => b.get('/api/chat/chats'));
    const mine = (body as Desk).mine.map((c) => c.chatId);
    await Promise.all([...new Set([...mine, ...me.seen.keys()])].map(look));
  });
  let socket: Socket | null = null;
  const connect = () => {
    const at = Math.floor(random() * urls.length);
    const cookie = [...houses[at]!.cookies].map((c) => c.join('=')).join('; ');
    socket = io(urls[at]!, {
      transports: ['websocket'],
      extraHeaders: { cookie, origin: urls[at]! },
      reconnectionDelay: 50,
      reconnectionDelayMax: 150,
      forceNew: true,
    });
    socket.on('connect', () => void lookAtAll());
    socket.on('resync', () => void lookAtAll());
    socket.on('nudge', (nudges: { type: string; id: string }[]) => {
      for (const n of nudges) if (MINE.has(n.type)) void look(n.id);
    });
  };
  connect();
  const dropping = (async () => {
    while (!over) {
      await sleep(300 + random() * 1_500);
      if (over) return;
      me.drops += 1;
      socket!.disconnect();
      await sleep(random() * 200);
      connect();
    }
  })();
  me.stop = async () => {
    await lookAtAll();
    over = true;
    await dropping;
    socket!.disconnect();
  };
  return me;
}

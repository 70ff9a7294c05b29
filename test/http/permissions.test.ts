/**
 * Every route × act × role × object, against test/golden/permissions.txt, which says by hand what
 * should be. Refused attempts change nothing and share one order; each allowed one gets its own.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PASSWORD } from '../../db/seed.ts';
import { demoPages } from '../../src/demo/index.ts';
import { ratingTokenFor } from '../../src/followup/index.ts';
import { channelPolicyOf } from '../../src/intake/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { ROLES } from '../../src/kernel/words.ts';
import { hashToken, newToken } from '../../src/platform/crypto.ts';
import { assignmentActInput, orderActInput } from '../../src/workorder/schema.ts';
import { sourceOf } from '../signed.ts';
import { REPLY, createWorld, loginOf, routesOf, steps, versionOf } from '../world.ts';
import { SCRIPT } from '../../web/citizen/script.ts';
import type { Matter, World } from '../world.ts';
import { telephonyThings } from './telephony-things.ts';

// ── The golden file ─────────────────────────────────────────────────────────────────────────────

const OUTSIDE = ['citizen', 'nobody'];
const EVERYONE: string[] = [...ROLES, ...OUTSIDE];
const GROUPS: Record<string, readonly string[]> = {
  center: [
    'operator',
    'dispatcher',
    'callback_agent',
    'auditor',
    'arbiter',
    'supervisor',
    'center_admin',
  ],
  unit: ['unit_receiver', 'handler', 'unit_leader', 'command_room', 'grid_worker'],
  staff: ROLES,
  everyone: EVERYONE,
};

type Cell = Map<string, string>;
type Lines = Map<string, Map<string, Cell>>;

function parseCell(text: string, key: string): [string, Cell] {
  const [object = '', ...words] = text.trim().split(/\s+/);
  const isPage = !key.includes(' /api/');
  const answers = words
    .join(' ')
    .split(',')
    .map((part) => part.trim().split(' '));
  const cell: Cell = new Map();
  const give = (name: string, answer: string) => {
    if (!EVERYONE.includes(name)) throw new Error(`${key}: nobody is called ${name}`);
    if (!cell.has(name)) cell.set(name, answer);
  };
  for (const [answer = '', ...names] of answers) {
    for (const n of names) if (!(n in GROUPS) && n !== 'rest') give(n, answer);
  }
  for (const [answer = '', ...names] of answers) {
    for (const n of names) for (const m of GROUPS[n] ?? []) give(m, answer);
    const rest = isPage ? [...ROLES, 'citizen'] : ROLES;
    if (names.includes('rest')) for (const m of rest) give(m, answer);
  }
  if (!isPage) for (const n of OUTSIDE) give(n, '401');
  return [object, cell];
}

function parse(text: string): Lines {
  const lines: Lines = new Map();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [head = '', ...cells] = line.split(' | ');
    const key = head.trim();
    if (lines.has(key)) throw new Error(`${key} stands twice`);
    lines.set(key, new Map(cells.map((c) => parseCell(c, key))));
  }
  return lines;
}

const LINES = parse(readFileSync(new URL('../golden/permissions.txt', import.meta.url), 'utf8'));

// ── Who asks, and what ──────────────────────────────────────────────────────────────────────────

/** Accounts of the demo; the others are made below. */
const LOGIN: Record<string, string> = {
  operator: 'operator',
  dispatcher: 'dispatcher',
  callback_agent: 'followup',
  auditor: 'auditor',
  arbiter: 'arbiter',
  supervisor: 'supervisor',
  center_admin: 'admin',
  unit_receiver: 'water',
  handler: 'water.handler',
  unit_leader: 'water.leader',
  command_room: 'nantang',
  grid_worker: 'grid',
  secret_officer: 'secret',
  publisher: 'publisher',
};
const ROOM = 'TOWN_QINGYU_1_ROOM';
/** Roles that stand in the command room's unit; the other unit roles stand in the water company. */
const inRoom = (role: string) => role === 'command_room' || role === 'grid_worker';

interface Request {
  path: string;
  body?: unknown;
  form?: Record<string, string>;
  bytes?: Uint8Array;
  headers?: Record<string, string>;
  /** Cookie that goes instead of the asker's own. */
  cookie?: string;
}
/** What a role asks of one thing; made anew for each attempt that may change it. */
type Thing = (role: string) => Request | Promise<Request>;
type Purpose = 'allowed' | 'refused';
type Fixture = Record<string, (purpose: Purpose) => Promise<Thing> | Thing>;

let w: World;
let s: ReturnType<typeof steps>;
let phones: ReturnType<typeof telephonyThings>;
let pass = '';
let passOrder: Awaited<ReturnType<ReturnType<typeof steps>['register']>>;
const consoleDir = mkdtempSync(path.join(tmpdir(), 'hotline-console-'));

const OWN = { lead: 'WATER', co: [ROOM] };
const OTHER = { lead: 'ZHZF' };

/** A fixed thing for every object a line may name. */
const same =
  (request: Request): Thing =>
  () =>
    request;

type State =
  | 'registered'
  | 'accepted'
  | 'dispatched'
  | 'signed'
  | 'drafted'
  | 'replied'
  | 'audited'
  | 'evaluated'
  | 'transferred'
  | 'asked'
  | 'proposed';

/** States that follow from one more act. */
const FURTHER: Partial<Record<State, { from: State; login: string; act: string; input: object }>> =
  {
    transferred: {
      from: 'signed',
      login: 'operator',
      act: 'transfer_emergency',
      input: { target: '120', record: '已转接' },
    },
    asked: {
      from: 'signed',
      login: 'operator',
      act: 'ask_supplement',
      input: { missing: ['address'], question: '哪一幢？' },
    },
    proposed: {
      from: 'evaluated',
      login: 'operator',
      act: 'propose_redo',
      input: { reason: '来电说又漏了' },
    },
  };

async function orderIn(state: State, m: Matter & { lead: string; co?: string[] }) {
  const further = FURTHER[state];
  if (further) {
    const before: { id: string; lead: string; co: string[] } = await orderIn(further.from, m);
    // Evaluated, it is closed by the worker.
    await w.settle();
    s.must(await s.act(further.login, before.id, further.act, further.input));
    return before;
  }
  const plain = state as Exclude<State, 'transferred' | 'asked' | 'proposed'>;
  const order = plain === 'registered' ? await s.register(m) : await s[plain](m);
  if (m.co && ['signed', 'drafted'].includes(state)) {
    s.must(await s.onAssignment('nantang', (order as unknown as { co: string[] }).co[0]!, 'sign'));
  }
  return order as unknown as { id: string; lead: string; co: string[] };
}

// ── What only a demo has ────────────────────────────────────────────────────────────────────────

const CALL = { phone: '13900000001', text: '路灯不亮', name: '' };
const inDemo = (request: Request, before: () => Promise<void> = async () => {}): Fixture => ({
  any: () => same(request),
  demo: async () => {
    await before();
    return same(request);
  },
});
/** The fortnight is just being played. */
async function played(): Promise<void> {
  const row = { state: 'playing', seed: 1, days: 14, end_at: new Date() };
  await w.db
    .insertInto('demo_play')
    .values(row)
    .onConflict((c) => c.doNothing())
    .execute();
}

const UNASSIGNED: State[] = ['registered', 'accepted'];

/** Something asked of an order in a state. */
const ofOrder = (state: State, ask: (id: string) => Request | Promise<Request>): Fixture => ({
  own: async (purpose) => {
    const early = purpose === 'refused' && UNASSIGNED.includes(state);
    const o = await orderIn(early ? 'signed' : state, OWN);
    return () => ask(o.id);
  },
  other: async () => {
    const o = await orderIn(state, OTHER);
    return () => ask(o.id);
  },
  missing: () => () => ask(newId()),
});

const versionOr = async (id: string): Promise<number> => {
  try {
    return await versionOf(w, id);
  } catch {
    return 1;
  }
};

const orderAct = (state: State, act: string, input: () => unknown | Promise<unknown>): Fixture =>
  ofOrder(state, async (id) => ({
    path: `/api/orders/${id}/acts`,
    body: { act, version: await versionOr(id), input: await input() },
  }));

/** Something asked of an assignment: one's own, one's neighbour's on the same order, or a stranger's. */
const ofAssignment = (
  state: State,
  ask: (id: string) => Request | Promise<Request>,
  swap = false,
): Fixture => {
  const mine = async () =>
    orderIn(state, swap && state === 'dispatched' ? { lead: ROOM, co: ['WATER'] } : OWN);
  return {
    own: async () => {
      const o = await mine();
      return (role) => ask(inRoom(role) !== swap ? o.co[0]! : o.lead);
    },
    shared: async () => {
      const o = await mine();
      return (role) => ask(inRoom(role) !== swap ? o.lead : o.co[0]!);
    },
    other: async () => {
      const o = await orderIn(state, OTHER);
      return () => ask(o.lead);
    },
    missing: () => () => ask(newId()),
  };
};

const versionOfAssignment = async (id: string): Promise<number> => {
  const row = await w.db
    .selectFrom('assignment')
    .select('order_id')
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? versionOf(w, row.order_id) : 1;
};

const assignmentAct = (state: State, act: string, input: unknown, swap = false): Fixture =>
  ofAssignment(
    state,
    async (id) => ({
      path: `/api/assignments/${id}/acts`,
      body: { act, version: await versionOfAssignment(id), input },
    }),
    swap,
  );

/** An order whose co-handler, the water company, has signed. */
const coSigned: Fixture = (() => {
  const ask = async (id: string) => ({
    path: `/api/assignments/${id}/acts`,
    body: {
      act: 'submit_co_reply',
      version: await versionOfAssignment(id),
      input: { text: '已到场。' },
    },
  });
  const made = async (m: { lead: string; co: string[] }, logins: [string, string]) => {
    const o = await s.dispatched(m);
    s.must(await s.onAssignment(logins[0], o.lead, 'sign'));
    s.must(await s.onAssignment(logins[1], o.co[0]!, 'sign'));
    return o;
  };
  const mine = () => made({ lead: ROOM, co: ['WATER'] }, ['nantang', 'water']);
  return {
    own: async () => {
      const o = await mine();
      return (role) => ask(inRoom(role) ? o.lead : o.co[0]!);
    },
    shared: async () => {
      const o = await mine();
      return (role) => ask(inRoom(role) ? o.co[0]! : o.lead);
    },
    other: async () => {
      const o = await made({ lead: 'POWER', co: ['ZHZF'] }, ['power', 'zhzf']);
      return () => ask(o.co[0]!);
    },
    missing: () => () => ask(newId()),
  };
})();

const ofTask = (name: string, body: unknown): Fixture => {
  const ask = (id: string) => ({ path: `/api/callbacks/${id}/${name}`, body });
  const of = async (m: { lead: string; co?: string[] }) => {
    const o = await s.audited(m);
    const id = await s.taskOf(o.id);
    return () => ask(id);
  };
  return { own: () => of(OWN), other: () => of(OTHER), missing: () => () => ask(newId()) };
};

/** A supervision order to one unit of an order; its leader replied where a verdict is asked for. */
async function supervised(orderId: string, unit: string, replied: boolean): Promise<string> {
  const input = { level: 2, organizationId: await w.unit(unit), demand: '说明原因' };
  const supervisor = await w.as('supervisor');
  const made = s.must(await supervisor.post(`/api/orders/${orderId}/supervisions`, input));
  if (replied) {
    const leader = await w.as(`${loginOf(unit)}.leader`);
    const reply = { version: 1, text: '三日内办结' };
    s.must(await leader.post(`/api/supervisions/${made.createdId}/reply`, reply));
  }
  return made.createdId;
}

/** Something asked of a supervision order: one's own, one's neighbour's, or a stranger's. */
const ofSupervision = (name: string, replied: boolean, body: object): Fixture => {
  const ask = (id: string) => ({ path: `/api/supervisions/${id}/${name}`, body });
  const both = async () => {
    const o = await orderIn('signed', OWN);
    const lead = await supervised(o.id, 'WATER', replied);
    return { lead, co: await supervised(o.id, ROOM, replied) };
  };
  return {
    own: async () => {
      const ids = await both();
      return (role) => ask(inRoom(role) ? ids.co : ids.lead);
    },
    shared: async () => {
      const ids = await both();
      return (role) => ask(inRoom(role) ? ids.lead : ids.co);
    },
    other: async () => {
      const o = await orderIn('signed', OTHER);
      const id = await supervised(o.id, OTHER.lead, replied);
      return () => ask(id);
    },
    missing: () => () => ask(newId()),
  };
};

/** A delivery that was given up, so that it can be driven again. */
async function deadDelivery(): Promise<string> {
  const o = await s.dispatched(OWN);
  await w.settle();
  const d = await w.db
    .updateTable('delivery')
    .set({ state: 'dead', sent_at: null })
    .where('order_id', '=', o.id)
    .where('kind', '=', 'receipt')
    .returning('id')
    .executeTakeFirstOrThrow();
  return d.id;
}

/** A stop-work day that no other row looks at. */
const STOP_WORK = {
  change: 'exceptions',
  input: { dates: ['2026-12-01'], kind: 'stop', name: '台风停工', source: '市防指〔2026〕3号' },
};
const POLICY = JSON.parse(
  readFileSync(new URL('../../db/seed/deadline-policy.json', import.meta.url), 'utf8'),
) as object;

/** A version of the policy that can be withdrawn. */
const newPolicy = async (): Promise<number> =>
  s.must(await (await w.as('admin')).post('/api/policies', { document: POLICY, note: '试行' }))
    .version;

/** A rating link that can be used, cheaply: a direct answer by the web. */
async function openLink(): Promise<string> {
  const o = await s.register({ channel: 'visit', type: 'suggestion' });
  const answer = { type: 'suggestion', answer: '已转有关部门研究。' };
  s.must(await s.act('operator', o.id, 'direct_answer', answer));
  const me = { kind: 'citizen', orderId: o.id, how: 'query_code' } as const;
  return ratingTokenFor(w.deps, me, o.id);
}

const ratable = { contacted: 'yes', solved: 'solved', satisfaction: '5' };
/** A citizen's page about the order that their pass opens. */
const ofPass = (url: string, form?: Record<string, string>): Fixture => ({
  own: async (purpose) => {
    if (purpose === 'allowed' && form) await newPass();
    return same({ path: url, ...(form && { form }) });
  },
});
/** As long as a browser makes it; Node takes none shorter than 27 characters. */
const BOUNDARY = '----WebKitFormBoundary0123456789abcdef';
/** One photo, as the script of the citizen's pages sends it. */
const photoForm = (url: string): Request => ({
  path: url,
  bytes: Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename="a.png"\r\n\r\n`,
    ),
    PIXEL,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]),
  headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
});
const stagedByPass = async () =>
  (await (await raw('POST', photoForm('/track/photos'), pass)).json()) as { id: string };
/** A file that the pass's citizen has added to the order. */
async function boundByPass(): Promise<string> {
  const { id } = await stagedByPass();
  await raw('POST', { path: '/track/note', form: { text: '照片', photo: id } }, pass);
  return id;
}
/** A file of the pass's order, of another one, and of none. */
const ofCitizenFile = (make: () => Promise<string>, base: string, end: string): Fixture => ({
  own: async () => same({ path: `${base}/${await make()}${end}` }),
  other: async () => {
    const id = await make();
    await newPass();
    return same({ path: `${base}/${id}${end}` });
  },
  missing: () => same({ path: `${base}/${newId()}${end}` }),
});
const any = (request: Request): Fixture => ({ any: () => same(request) });
const eachAny = (make: () => Request): Fixture => ({ any: () => () => make() });

const SIGN_IN = ['zhzf', 'power', 'gas', 'bus', 'metro', 'tele'].flatMap((u) => [
  u,
  `${u}.handler`,
  `${u}.leader`,
]);
const ACCEPT = { type: 'help', categoryCode: '0301', urgency: 'U2' };
const MATTER = { content: '路灯不亮', requester: { kind: 'anonymous' } };
const key = () => ({ 'idempotency-key': randomUUID() });
const version = async (id: string) => ({ version: await versionOr(id) });

/** The contact of an order in a state. */
async function contactPath(...of: Parameters<typeof orderIn>): Promise<string> {
  const { id } = await orderIn(...of);
  const row = await w.db
    .selectFrom('work_order')
    .select('contact_id')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return `/api/contacts/${row.contact_id}`;
}
/** What is asked of a message that the SMS door could not read. */
const onLetter = (what: string): Fixture => ({
  any: () => async () => {
    const { knock } = await sourceOf(w, { name: 'letters', door: 'sms' });
    const { body } = await knock('/sms/v1/inbound', { id: newId(), body: '{' });
    return { path: `/api/door/messages/${body.id}/${what}` };
  },
  missing: () => same({ path: `/api/door/messages/${newId()}/${what}` }),
});

/** A contact of the asker; of the operator where the role takes no calls. */
async function contactOf(role: string, login?: string): Promise<string> {
  const who = login ?? (role === 'grid_worker' ? LOGIN[role]! : 'operator');
  const body = { requester: { kind: 'anonymous' } };
  return s.must(await (await w.as(who)).post('/api/contacts', body, key())).contactId;
}
const ended = (id: string): Request => ({
  path: `/api/contacts/${id}/outcome`,
  body: { outcome: 'wrong_number' },
});

// One pixel, as a browser would send it.
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const sending = (): Request => ({ path: '/api/attachments', bytes: PIXEL, headers: key() });
/** A file that somebody has uploaded and not used. */
async function uploaded(login: string): Promise<string> {
  const { cookie } = await w.as(login);
  return ((await (await raw('POST', sending(), cookie)).json()) as { id: string }).id;
}
/** Something asked of a file that came with a note which all who see the order read. */
const ofFile = (ask: (id: string) => string): Fixture => {
  const on = async (m: Matter & { lead: string; co?: string[] }) => {
    const o = await orderIn('signed', m);
    const id = await uploaded('operator');
    const note = { text: '照片', visibility: 'staff', attachmentIds: [id] };
    s.must(await s.act('operator', o.id, 'note', note));
    return same({ path: ask(id) });
  };
  return {
    own: () => on(OWN),
    other: () => on(OTHER),
    missing: () => same({ path: ask(newId()) }),
  };
};

// ── Chats ───────────────────────────────────────────────────────────────────────────────────────

interface Chatting {
  chatId: string;
  contactId: string;
  token: string;
  pictureId: string;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A chat with a picture in it, and who talks in it; null: it waits. */
async function chatWith(login: string | null, pictured = false): Promise<Chatting> {
  await w.db.deleteFrom('throttle').execute();
  if (login === 'chat.other' && !(await known(login)))
    await w.person({ login, grants: [{ role: 'operator', unit: 'HOTLINE' }] });
  const body = { clientId: randomUUID(), text: '路灯不亮' };
  const opened = await raw('POST', { path: '/chat/v1/sessions', body });
  const { chatId, token } = (await opened.json()) as { chatId: string; token: string };
  const pictureId = pictured ? await pictureIn(chatId, token) : newId();
  const operator = login && (await known(login))!.id;
  const { contact_id: contactId } = await w.db
    .updateTable('chat_session')
    .set({ operator_id: operator, state: operator ? 'open' : 'waiting' })
    .where('id', '=', chatId)
    .returning('contact_id')
    .executeTakeFirstOrThrow();
  return { chatId, contactId, token, pictureId };
}
async function pictureIn(chatId: string, token: string): Promise<string> {
  await raw('POST', pictureTo('/chat/v1/sessions/current/images', bearer(token)));
  const picture = await w.db
    .selectFrom('chat_message')
    .select('id')
    .where('chat_id', '=', chatId)
    .where('kind', '=', 'image')
    .executeTakeFirstOrThrow();
  return picture.id;
}
const known = (login: string) =>
  w.db.selectFrom('app_user').select('id').where('login', '=', login).executeTakeFirst();
const pictureTo = (path: string, headers: Record<string, string> = {}): Request => ({
  path,
  bytes: PIXEL,
  headers: { 'x-message-id': randomUUID(), ...headers },
});
const NOBODYS = (): Chatting => ({
  chatId: newId(),
  contactId: newId(),
  token: newToken(),
  pictureId: newId(),
});

/** Something asked of a chat at the desk. */
const ofChat = (ask: (c: Chatting) => Request, pictured = false): Fixture => ({
  own: async () => same(ask(await chatWith('operator', pictured))),
  other: async () => same(ask(await chatWith('chat.other', pictured))),
  missing: () => same(ask(NOBODYS())),
});
const atChat = (what: string, body?: object): Fixture =>
  ofChat((c) => ({ path: `/api/chat/chats/${c.chatId}${what}`, body }));
const ofPicture = (what: string, body?: object): Fixture =>
  ofChat((c) => ({ path: `/api/chat/chats/${c.chatId}/images/${c.pictureId}${what}`, body }), true);
/** Something asked of the chat behind an order. */
const ofTranscript = (what: (c: Chatting) => string): Fixture => {
  const behind = async (m: { lead: string; co?: string[] }) => {
    const [c, o] = [await chatWith('chat.other', true), await orderIn('signed', m)];
    await w.db.updateTable('work_order').set({ contact_id: c.contactId }).where('id', '=', o.id).execute(); // prettier-ignore
    return same({ path: `/api/chat/contacts/${c.contactId}${what(c)}` });
  };
  return {
    own: () => behind(OWN),
    other: () => behind(OTHER),
    missing: () => same({ path: `/api/chat/contacts/${newId()}${what(NOBODYS())}` }),
  };
};
// ── The telephone ───────────────────────────────────────────────────────────────────────────────

const AT_CALLS = '/api/telephony/calls';
/** Something asked of a call of the operator, of somebody else's, and of none. */
const ofCall = (what: string, body?: object): Fixture => ({
  own: async () => same({ path: `${AT_CALLS}/${await phones.talking('operator')}${what}`, body }),
  other: async () =>
    same({ path: `${AT_CALLS}/${await phones.talking('operator2')}${what}`, body }),
  missing: () => same({ path: `${AT_CALLS}/${newId()}${what}`, body }),
});
const askFor = (callId: string) => ({
  path: `${AT_CALLS}/${callId}/restriction-proposals`,
  body: { reason: '骚扰' },
  headers: key(),
});
const decideOn = (id: string) => ({
  path: `/api/telephony/restriction-proposals/${id}/decision`,
  body: { decision: 'restrict' },
});
const ofRecording = (): Fixture => {
  const path = (id: string) => ({ path: `/api/telephony/recordings/${id}/audio` });
  return {
    own: async () => same(path(await phones.recorded('operator'))),
    other: async () => same(path(await phones.recorded('operator2'))),
    missing: () => same(path(newId())),
  };
};
/** Something asked of a call to return, taken by the asker where it must be. */
const ofReturn = (what: string, taken: boolean, body?: object): Fixture => {
  const path = (id: string) => ({ path: `/api/telephony/return-calls/${id}${what}`, body });
  const takerOf = async (role: string) =>
    taken && LOGIN[role] ? (await w.as(LOGIN[role])).actor.userId : null;
  return {
    own: () => async (role) => path(await phones.toReturn(await takerOf(role))),
    missing: () => same(path(newId())),
  };
};
const ofContactCalls = (): Fixture => {
  const path = (id: string) => ({ path: `/api/telephony/contacts/${id}/calls` });
  const behind = async (m: { lead: string; co?: string[] }) =>
    same(path(await phones.behind((await orderIn('signed', m)).id)));
  return { own: () => behind(OWN), other: () => behind(OTHER), missing: () => same(path(newId())) };
};

/** Something that a citizen asks with the token of a chat. */
const withToken = (
  what: (c: Chatting) => Partial<Request> & { path: string },
  pictured = false,
): Fixture => {
  const ask = (c: Chatting): Request => {
    const { path: tail, ...rest } = what(c);
    const headers = { ...bearer(c.token), ...rest.headers };
    return { ...rest, path: `/chat/v1/sessions/current${tail}`, headers };
  };
  return {
    own: () => async () => ask(await chatWith(null, pictured)),
    other: async () => {
      const [mine, theirs] = [await chatWith(null), await chatWith(null, pictured)];
      return same(ask({ ...theirs, token: mine.token }));
    },
    missing: () => () => ask(NOBODYS()),
  };
};
const CANNED = () => ({ shortcut: randomUUID().slice(0, 8), zh: '您好', en: '' });
/** The queue holds one, and somebody with room sits there. */
async function onlyWaiting(): Promise<Thing> {
  await w.db.updateTable('chat_seat').set({ is_on: false }).execute();
  await w.db
    .updateTable('chat_session')
    .set({ state: 'waiting', operator_id: null })
    .where('state', '=', 'open')
    .execute();
  await chatWith(null);
  const row = { user_id: (await known('operator'))!.id, is_on: true, cap: 5, changed_at: new Date(), seen_at: new Date() }; // prettier-ignore
  await w.db
    .insertInto('chat_seat')
    .values({ ...row, last_assigned_at: null })
    .onConflict((c) => c.column('user_id').doUpdateSet({ is_on: true }))
    .execute();
  return same({ path: '/api/chat/take' });
}

const CHATS: Record<string, Fixture> = {
  'GET /api/chat/seat': any({ path: '/api/chat/seat' }),
  'PUT /api/chat/seat': any({ path: '/api/chat/seat', body: { on: false } }),
  'GET /api/chat/chats': any({ path: '/api/chat/chats' }),
  'GET /api/chat/colleagues': any({ path: '/api/chat/colleagues' }),
  'POST /api/chat/take': { any: onlyWaiting },
  'GET /api/chat/chats/:id': atChat(''),
  'GET /api/chat/chats/:id/messages': atChat('/messages'),
  'POST /api/chat/chats/:id/messages': atChat('/messages', { id: randomUUID(), text: '您好' }),
  'POST /api/chat/chats/:id/notes': atChat('/notes', { id: randomUUID(), text: '独居' }),
  'POST /api/chat/chats/:id/seen': atChat('/seen', { seq: 1 }),
  'POST /api/chat/chats/:id/transfer': atChat('/transfer', { to: 'queue' }),
  'POST /api/chat/chats/:id/end': atChat('/end', {}),
  'POST /api/chat/chats/:id/images': ofChat((c) => pictureTo(`/api/chat/chats/${c.chatId}/images`)),
  'GET /api/chat/chats/:id/images/:imageId': ofPicture(''),
  'GET /api/chat/chats/:id/images/:imageId/thumb': ofPicture('/thumb'),
  'POST /api/chat/chats/:id/images/:imageId/stage': ofPicture('/stage', {}),
  'GET /api/chat/contacts/:id/transcript': ofTranscript(() => '/transcript'),
  'GET /api/chat/contacts/:id/images/:imageId': ofTranscript((c) => `/images/${c.pictureId}`),
  'GET /api/chat/contacts/:id/images/:imageId/thumb': ofTranscript((c) => `/images/${c.pictureId}/thumb`), // prettier-ignore
  'GET /api/chat/canned-answers': any({ path: '/api/chat/canned-answers' }),
  'POST /api/chat/canned-answers': eachAny(() => ({
    path: '/api/chat/canned-answers',
    body: CANNED(),
  })),
  'PUT /api/chat/canned-answers/:id': {
    own: async () => {
      const made = s.must(await (await w.as('admin')).post('/api/chat/canned-answers', CANNED()));
      const path = `/api/chat/canned-answers/${(made as { id: string }).id}`;
      return same({ path, body: { ...CANNED(), version: 1 } });
    },
    missing: () =>
      same({ path: `/api/chat/canned-answers/${newId()}`, body: { ...CANNED(), version: 1 } }),
  },
  'POST /chat/v1/sessions': eachAny(() => ({
    path: '/chat/v1/sessions',
    body: { clientId: randomUUID() },
  })),
  'GET /chat/v1/sessions/current': withToken(() => ({ path: '' })),
  'GET /chat/v1/sessions/current/messages': withToken(() => ({ path: '/messages' })),
  'POST /chat/v1/sessions/current/messages': withToken(() => ({
    path: '/messages',
    body: { id: randomUUID(), text: '您好' },
  })),
  'POST /chat/v1/sessions/current/images': withToken(() => pictureTo('/images')),
  'GET /chat/v1/sessions/current/images/:id': withToken((c) => ({ path: `/images/${c.pictureId}` }), true), // prettier-ignore
  'GET /chat/v1/sessions/current/images/:id/thumb': withToken(
    (c) => ({ path: `/images/${c.pictureId}/thumb` }),
    true,
  ),
  'POST /chat/v1/sessions/current/seen': withToken(() => ({ path: '/seen', body: { seq: 1 } })),
  'POST /chat/v1/sessions/current/end': withToken(() => ({ path: '/end', body: {} })),
  'POST /chat/v1/sessions/current/rating': {
    ...withToken(() => ({ path: '/rating', body: { satisfaction: 5 } })),
    own: () => async () => {
      const c = await chatWith(null);
      const over = { state: 'ended', ended_at: new Date(), ended_by: 'citizen' };
      await w.db.updateTable('chat_session').set(over).where('id', '=', c.chatId).execute();
      const path = '/chat/v1/sessions/current/rating';
      return { path, body: { satisfaction: 5 }, headers: bearer(c.token) };
    },
  },
  'POST /chat/v1/sessions/current/leave': withToken(() => ({
    path: '/leave',
    body: { name: '周先生', phone: '13900000321', text: '路灯不亮' },
  })),
};

const FIXTURES: Record<string, Fixture> = {
  ...CHATS,
  'GET /healthz': any({ path: '/healthz' }),
  'GET /readyz': any({ path: '/readyz' }),
  // Somebody else each time: many sign-ins of one login at once would be throttled.
  'POST /api/session': {
    any: () => (role) => ({
      path: '/api/session',
      body: { login: SIGN_IN[EVERYONE.indexOf(role)], password: DEMO_PASSWORD },
    }),
  },
  'GET /api/session': any({ path: '/api/session' }),
  'DELETE /api/session': {
    any: () => async (role) =>
      role in LOGIN
        ? { path: '/api/session', cookie: (await w.session(LOGIN[role]!)).cookie }
        : { path: '/api/session' },
  },
  'POST /api/activation': {
    any: () => async () => ({
      path: '/api/activation',
      body: { token: await activation(), password: 'long enough for it' },
    }),
  },
  'GET /api/reference': any({ path: '/api/reference' }),
  'POST /api/routing/suggest': any({
    path: '/api/routing/suggest',
    body: { categoryCode: '0301' },
  }),
  'POST /api/contacts': eachAny(() => ({
    path: '/api/contacts',
    body: { requester: { kind: 'anonymous' } },
    headers: key(),
  })),
  'POST /api/contacts/:id/outcome': {
    own: () => async (role) => ended(await contactOf(role)),
    other: async () => {
      await w.person({ login: 'operator.two', grants: [{ role: 'operator', unit: 'HOTLINE' }] });
      const id = await contactOf('operator', 'operator.two');
      return () => ended(id);
    },
    missing: () => () => ended(newId()),
  },
  'GET /api/contacts/:id': {
    own: async () => same({ path: await contactPath('signed', OWN) }),
    other: async () => same({ path: await contactPath('signed', OTHER) }),
    missing: () => same({ path: `/api/contacts/${newId()}` }),
  },
  'GET /api/channel-policy': any({ path: '/api/channel-policy' }),
  'POST /api/channel-policies': {
    any: () => async () => {
      const { version: basedOn, document } = await channelPolicyOf(w.db);
      return { path: '/api/channel-policies', body: { basedOn, document, note: '试行' }, headers: key() }; // prettier-ignore
    },
  },
  'GET /api/door/sources': any({ path: '/api/door/sources' }),
  'GET /api/door/messages': any({ path: '/api/door/messages' }),
  'POST /api/door/messages/:id/redrive': onLetter('redrive'),
  'POST /api/door/messages/:id/give-up': onLetter('give-up'),
  ...Object.fromEntries(
    ['/cti/v1/events', '/cti/v1/route', '/sms/v1/inbound', '/sms/v1/receipts'].map((path) => [
      `POST ${path}`,
      any({ path, body: {} }),
    ]),
  ),
  'GET /api/telephony/desk': any({ path: '/api/telephony/desk' }),
  'GET /api/telephony/seat': any({ path: '/api/telephony/seat' }),
  'PUT /api/telephony/seat': any({ path: '/api/telephony/seat', body: { state: 'offline' } }),
  'GET /api/telephony/queue': any({ path: '/api/telephony/queue' }),
  'GET /api/telephony/colleagues': any({ path: '/api/telephony/colleagues' }),
  'GET /api/telephony/calls': any({ path: AT_CALLS }),
  'GET /api/telephony/calls/:id': ofCall(''),
  'POST /api/telephony/calls/:id/commands': ofCall('/commands', { command: 'hold' }),
  'POST /api/telephony/calls/:id/warnings': ofCall('/warnings'),
  'GET /api/telephony/contacts/:id/calls': ofContactCalls(),
  'GET /api/telephony/recordings/:id/audio': ofRecording(),
  'GET /api/telephony/connect-rate': any({
    path: '/api/telephony/connect-rate?from=2026-09-18T00:00:00Z',
  }),
  'GET /api/telephony/restricted-callers': any({ path: '/api/telephony/restricted-callers' }),
  'POST /api/telephony/restricted-callers': eachAny(() => ({
    path: '/api/telephony/restricted-callers',
    body: { phone: '13900000000', reason: '骚扰' },
    headers: key(),
  })),
  'POST /api/telephony/restricted-callers/:id/lift': {
    own: () => async () => ({
      path: `/api/telephony/restricted-callers/${await phones.restricted()}/lift`,
      body: { reason: '本人致歉' },
    }),
    missing: () =>
      same({
        path: `/api/telephony/restricted-callers/${newId()}/lift`,
        body: { reason: '本人致歉' },
      }),
  },
  'POST /api/telephony/calls/:id/restriction-proposals': {
    own: () => async () => askFor(await phones.talking('operator')),
    other: () => async () => askFor(await phones.talking('operator2')),
    missing: () => async () => askFor(newId()),
  },
  'GET /api/telephony/warned-callers': any({ path: '/api/telephony/warned-callers' }),
  'GET /api/telephony/restriction-proposals': any({ path: '/api/telephony/restriction-proposals' }),
  'GET /api/telephony/restriction-proposals/count': any({
    path: '/api/telephony/restriction-proposals/count',
  }),
  'POST /api/telephony/restriction-proposals/:id/decision': {
    own: () => async () => decideOn(await phones.proposed()),
    missing: () => async () => decideOn(newId()),
  },
  'GET /api/telephony/return-calls': any({ path: '/api/telephony/return-calls' }),
  'POST /api/telephony/return-calls/:id/take': ofReturn('/take', false),
  'POST /api/telephony/return-calls/:id/dial': ofReturn('/dial', true),
  'POST /api/telephony/return-calls/:id/attempts': ofReturn('/attempts', true, {
    result: 'busy',
  }),
  'GET /cti/v1/openapi.json': any({ path: '/cti/v1/openapi.json' }),
  'POST /api/handovers': eachAny(() => ({
    path: '/api/handovers',
    body: { target: '119', requester: { kind: 'anonymous' } },
    headers: key(),
  })),
  'GET /api/handovers': any({ path: '/api/handovers' }),
  'POST /api/advise': any({
    path: '/api/advise',
    body: { content: '路灯不亮', phone: '13805774471' },
  }),
  'POST /api/orders': eachAny(() => ({ path: '/api/orders', body: MATTER, headers: key() })),
  'POST /api/callers/lookup': any({ path: '/api/callers/lookup', body: { phone: '13805774471' } }),
  'GET /api/orders': any({ path: '/api/orders' }),
  'GET /api/orders/counts': any({ path: '/api/orders/counts' }),
  'GET /api/orders/find': any({ path: '/api/orders/find?q=20260921' }),
  'GET /api/orders/:id': ofOrder('signed', (id) => ({ path: `/api/orders/${id}` })),
  'GET /api/orders/:id/deadlines': ofOrder('signed', (id) => ({
    path: `/api/orders/${id}/deadlines`,
  })),
  'GET /api/orders/:id/routing': ofOrder('signed', (id) => ({ path: `/api/orders/${id}/routing` })),
  'GET /api/orders/:id/evaluations': ofOrder('evaluated', (id) => ({
    path: `/api/orders/${id}/evaluations`,
  })),
  'POST /api/attachments': eachAny(sending),
  'DELETE /api/attachments/:id': {
    // Who may not upload has none; the operator's stands in.
    own: () => async (role) => {
      const login = role in LOGIN && !/^(secret|publisher)/.test(role) ? LOGIN[role]! : 'operator';
      return { path: `/api/attachments/${await uploaded(login)}` };
    },
    other: async () => {
      const [theirs, operators] = [await uploaded('auditor'), await uploaded('operator')];
      return (role) => ({ path: `/api/attachments/${role === 'auditor' ? operators : theirs}` });
    },
    missing: () => same({ path: `/api/attachments/${newId()}` }),
  },
  'GET /api/attachments/:id': ofFile((id) => `/api/attachments/${id}`),
  'GET /api/attachments/:id/thumb': ofFile((id) => `/api/attachments/${id}/thumb`),
  'POST /api/orders/:id/requester/reveal': ofOrder('signed', (id) => ({
    path: `/api/orders/${id}/requester/reveal`,
    body: { reason: '核实地址' },
  })),
  'POST /api/orders/:id/acts accept': orderAct('registered', 'accept', () => ACCEPT),
  'POST /api/orders/:id/acts direct_answer': orderAct('accepted', 'direct_answer', () => ({
    type: 'consultation',
    answer: '每月 5 日前。',
  })),
  'POST /api/orders/:id/acts reject': orderAct('accepted', 'reject', () => ({
    ground: 'N04',
    wordsTold: '已告知。',
    guidance: '请向法院咨询。',
  })),
  'POST /api/orders/:id/acts dispatch': orderAct('accepted', 'dispatch', async () => ({
    leadId: await w.unit('POWER'),
  })),
  'POST /api/orders/:id/acts audit_pass': orderAct('replied', 'audit_pass', () => ({
    checklist: ['finding'],
  })),
  'POST /api/orders/:id/acts audit_fail': orderAct('replied', 'audit_fail', () => ({
    missing: ['basis'],
    findings: '缺依据。',
  })),
  'POST /api/orders/:id/acts withdraw': orderAct('signed', 'withdraw', () => ({
    wish: '不要了',
    identifiedBy: 'caller_number',
  })),
  'POST /api/orders/:id/acts transfer_emergency': orderAct('signed', 'transfer_emergency', () => ({
    target: '119',
    record: '已三方通话。',
  })),
  'POST /api/orders/:id/acts receipt': orderAct('transferred', 'receipt', () => ({
    receiptNo: '119-0042',
  })),
  'POST /api/orders/:id/acts ask_supplement': orderAct('signed', 'ask_supplement', () => ({
    missing: ['address'],
    question: '请说清门牌号。',
  })),
  'POST /api/orders/:id/acts supplement': orderAct('asked', 'supplement', () => ({
    text: '7幢2单元',
  })),
  'POST /api/orders/:id/acts close_no_substance': orderAct(
    'registered',
    'close_no_substance',
    () => ({ asked: '请问有什么事？', answer: '打错了' }),
  ),
  'POST /api/orders/:id/acts set_flags': orderAct('signed', 'set_flags', () => ({
    add: ['media'],
    reason: '记者在问',
  })),
  'POST /api/orders/:id/acts correct_classification': orderAct(
    'signed',
    'correct_classification',
    () => ({ categoryCode: '0302', reason: '是停电不是停水' }),
  ),
  'POST /api/orders/:id/acts propose_redo': orderAct('audited', 'propose_redo', () => ({
    reason: '来电人说没有修',
  })),
  'POST /api/orders/:id/acts decline_redo': orderAct('proposed', 'decline_redo', () => ({
    reason: '现场已核实',
  })),
  'POST /api/orders/:id/split': ofOrder('accepted', async (id) => ({
    path: `/api/orders/${id}/split`,
    body: {
      version: await versionOr(id),
      input: { kept: { content: '停水' }, parts: [{ content: '路灯不亮' }] },
    },
    headers: { 'idempotency-key': randomUUID() },
  })),
  'POST /api/orders/:id/acts note': orderAct('signed', 'note', () => ({ text: '备注' })),
  'POST /api/orders/:id/urges': ofOrder('signed', (id) => ({
    path: `/api/orders/${id}/urges`,
    body: { level: 1, text: '请尽快' },
  })),
  'POST /api/orders/:id/supervisions': ofOrder('signed', (id) => ({
    path: `/api/orders/${id}/supervisions`,
    body: { level: 2, demand: '说明原因' },
  })),
  'GET /api/supervisions': any({ path: '/api/supervisions' }),
  'POST /api/supervisions/:id/reply': ofSupervision('reply', false, {
    version: 1,
    text: '三日内办结',
  }),
  'POST /api/supervisions/:id/verdict': ofSupervision('verdict', true, {
    version: 2,
    verdict: 'accepted',
  }),
  'POST /api/orders/:id/redo': ofOrder('evaluated', async (id) => ({
    path: `/api/orders/${id}/redo`,
    body: { ...(await version(id)), reason: '没有修好' },
  })),
  'POST /api/orders/:id/close': ofOrder('evaluated', async (id) => ({
    path: `/api/orders/${id}/close`,
    body: { ...(await version(id)), closingType: 'solved' },
  })),
  'GET /api/inbox': any({ path: '/api/inbox' }),
  'GET /api/inbox/counts': any({ path: '/api/inbox/counts' }),
  'POST /api/assignments/:id/acts sign': assignmentAct('dispatched', 'sign', {}),
  'POST /api/assignments/:id/acts first_contact': assignmentAct('signed', 'first_contact', {
    method: 'phone',
    reached: true,
    content: '已致电。',
  }),
  'POST /api/assignments/:id/acts progress': assignmentAct('signed', 'progress', {
    text: '正在抢修。',
  }),
  'POST /api/assignments/:id/acts submit_co_reply': coSigned,
  'POST /api/assignments/:id/acts submit_reply': assignmentAct('drafted', 'submit_reply', {
    waiverReason: '不等协办',
    replyVersion: 1,
  }),
  'PUT /api/assignments/:id/reply': ofAssignment('signed', (id) => ({
    path: `/api/assignments/${id}/reply`,
    body: REPLY,
  })),
  'POST /api/assignments/:id/reply/send-back': ofAssignment('drafted', (id) => ({
    path: `/api/assignments/${id}/reply/send-back`,
    body: { replyVersion: 1, reason: '写明哪天修好。' },
  })),
  'GET /api/callbacks': any({ path: '/api/callbacks' }),
  'GET /api/callbacks/counts': any({ path: '/api/callbacks/counts' }),
  'POST /api/callbacks/:id/attempts': ofTask('attempts', { result: 'no_answer' }),
  'POST /api/callbacks/:id/evaluation': ofTask('evaluation', { satisfaction: 4 }),
  'GET /api/notifications': any({ path: '/api/notifications' }),
  'GET /api/board': any({ path: '/api/board' }),
  'GET /api/board/orders': any({ path: '/api/board/orders' }),
  'GET /api/board/escalations': any({ path: '/api/board/escalations' }),
  'GET /api/operations': any({ path: '/api/operations' }),
  'GET /api/rates': any({ path: '/api/rates' }),
  'GET /api/rates/orders': any({ path: '/api/rates/orders?rate=solved&month=2026-09' }),
  'GET /api/calendars': any({ path: '/api/calendars' }),
  'GET /api/calendars/days': any({ path: '/api/calendars/days?from=2026-09-21&to=2026-09-27' }),
  'POST /api/calendars/preview': any({ path: '/api/calendars/preview', body: STOP_WORK }),
  'POST /api/calendars': any({ path: '/api/calendars', body: STOP_WORK }),
  'GET /api/policies': any({ path: '/api/policies' }),
  'POST /api/policies': any({ path: '/api/policies', body: { document: POLICY, note: '试行' } }),
  'POST /api/policies/:version/withdraw': {
    any: () => async () => ({ path: `/api/policies/${await newPolicy()}/withdraw`, body: {} }),
    missing: () => same({ path: '/api/policies/999999/withdraw', body: {} }),
  },
  'POST /api/deadlines/simulate': any({
    path: '/api/deadlines/simulate',
    body: { receivedAt: '2026-02-13T16:00:00+08:00' },
  }),
  'GET /api/clocks/health': any({ path: '/api/clocks/health' }),
  'GET /api/deliveries': any({ path: '/api/deliveries' }),
  'POST /api/deliveries/:id/redrive': {
    own: async () => same({ path: `/api/deliveries/${await deadDelivery()}/redrive` }),
    missing: () => same({ path: `/api/deliveries/${newId()}/redrive` }),
  },
  'GET /api/demo/accounts': inDemo({ path: '/api/demo/accounts' }),
  'GET /api/demo/state': inDemo({ path: '/api/demo/state' }),
  'GET /api/demo/messages': inDemo({ path: '/api/demo/messages' }),
  'POST /api/demo/session': inDemo({ path: '/api/demo/session', body: { login: 'operator' } }),
  'POST /api/demo/clock': inDemo({ path: '/api/demo/clock', body: { step: 'hour' } }, played),
  'POST /api/demo/ring': inDemo({ path: '/api/demo/ring', body: CALL }),
  'POST /api/demo/play': inDemo({ path: '/api/demo/play', body: { op: 'settle' } }),
  'GET /api/demo/calls/:id': inDemo({ path: `/api/demo/calls/${newId()}` }),
  'POST /demo/switch/commands': inDemo({ path: '/demo/switch/commands', body: {} }),
  'GET /demo/recordings/:file': inDemo({ path: `/demo/recordings/${newId()}.wav` }),
  'GET /demo/phone': inDemo({ path: '/demo/phone' }),
  'POST /demo/hangup': inDemo({ path: '/demo/hangup', form: { id: newId() } }),
  'POST /demo/ring': inDemo({ path: '/demo/ring', form: CALL }),
  'POST /demo/write': inDemo({ path: '/demo/write', form: { from: '13900000001', text: '5' } }),
  'POST /demo/clock': inDemo({ path: '/demo/clock', form: { step: 'hour' } }, played),
  'POST /demo/sms': {
    any: () => same({ path: '/demo/sms', body: { id: newId(), to: '1', text: 'x' } }),
    demo: () => same({ path: '/demo/sms', body: { id: newId(), to: '1', text: 'x' } }),
  },
  'GET /console/*': any({ path: '/console/orders/anything' }),
  'GET /console/assets/:file{.+}': {
    any: () => same({ path: '/console/assets/app.js' }),
    missing: () => same({ path: '/console/assets/none.js' }),
  },
  'GET /': any({ path: '/' }),
  'GET /submit': any({ path: '/submit' }),
  'GET /submit/next': any({ path: '/submit/next' }),
  'POST /submit/next': any({ path: '/submit/next', form: { screen: '1', content: '路灯不亮' } }),
  'POST /submit/photos': any(photoForm('/submit/photos')),
  'GET /submit/photos/:id': {
    own: async () => {
      const sent = await raw('POST', photoForm('/submit/photos'));
      const { thumb } = (await sent.json()) as { thumb: string };
      return same({ path: thumb, cookie: cookieOf(sent, 'form') });
    },
    missing: () => same({ path: `/submit/photos/${newId()}`, cookie: `form=${randomUUID()}` }),
  },
  'GET /script/:file': {
    any: () => same({ path: SCRIPT.path }),
    missing: () => same({ path: '/script/0.js' }),
  },
  'GET /receipt': {
    own: () => async (role) =>
      role === 'citizen' ? { path: '/receipt', cookie: await receiptPass() } : { path: '/receipt' },
  },
  'GET /track': any({ path: '/track' }),
  'POST /track': {
    own: () =>
      same({
        path: '/track',
        form: { orderNo: passOrder.orderNo, code: passOrder.queryCode },
      }),
    other: () => same({ path: '/track', form: { orderNo: passOrder.orderNo, code: 'AAAAAA' } }),
    missing: () => same({ path: '/track', form: { orderNo: '20260921999998', code: 'AAAAAA' } }),
  },
  'POST /track/leave': { own: () => same({ path: '/track/leave', form: {} }) },
  'GET /track/view': ofPass('/track/view'),
  'GET /track/note': ofPass('/track/note'),
  'POST /track/note': ofPass('/track/note', { text: '补充一句' }),
  'POST /track/photos': { own: () => same(photoForm('/track/photos')) },
  'GET /track/photos/:id': ofCitizenFile(
    async () => (await stagedByPass()).id,
    '/track/photos',
    '',
  ),
  'GET /track/files/:id': ofCitizenFile(boundByPass, '/track/files', ''),
  'GET /track/files/:id/thumb': ofCitizenFile(boundByPass, '/track/files', '/thumb'),
  'GET /track/withdraw': ofPass('/track/withdraw'),
  'POST /track/withdraw': ofPass('/track/withdraw', { version: '1', wish: '' }),
  'POST /track/urge': ofPass('/track/urge', {}),
  'POST /track/rate': ofPass('/track/rate', {}),
  'GET /rate/:token': {
    own: async () => same({ path: `/rate/${await openLink()}` }),
    missing: () => same({ path: `/rate/${newToken()}` }),
  },
  'POST /rate/:token': {
    own: () => async () => ({ path: `/rate/${await openLink()}`, form: ratable }),
    missing: () => same({ path: `/rate/${newToken()}`, form: ratable }),
  },
  'GET /rate/thanks': any({ path: '/rate/thanks' }),
};

async function activation(): Promise<string> {
  const token = newToken();
  const userId = await w.person({ login: `u${newId()}`, grants: [] });
  await w.db
    .insertInto('activation')
    .values({
      token_hash: hashToken(token),
      user_id: userId,
      expires_at: new Date(Date.now() + 3_600_000),
      used_at: null,
    })
    .execute();
  return token;
}

/** A citizen's pass for a fresh order. */
async function newPass(): Promise<void> {
  passOrder = await s.register();
  pass = cookieOf(
    await raw('POST', {
      path: '/track',
      form: { orderNo: passOrder.orderNo, code: passOrder.queryCode },
    }),
    'track',
  );
}

async function receiptPass(): Promise<string> {
  const form = {
    screen: '3',
    go: 'send',
    key: randomUUID(),
    content: '路灯不亮',
    who: 'anonymous',
  };
  return cookieOf(await raw('POST', { path: '/submit/next', form }), 'receipt');
}

const cookieOf = (r: Response, name: string): string =>
  r.headers
    .getSetCookie()
    .find((c) => c.startsWith(`${name}=`))!
    .split(';')[0]!;

const raw = (method: string, r: Request, cookie = '') =>
  Promise.resolve(
    w.app.request(r.path, {
      method,
      headers: {
        host: 'localhost:12345',
        origin: 'http://localhost:12345',
        ...((r.cookie ?? cookie) && { cookie: r.cookie ?? cookie }),
        ...(r.form && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(r.body !== undefined && { 'content-type': 'application/json' }),
        ...r.headers,
      },
      ...(r.form && { body: new URLSearchParams(r.form).toString() }),
      ...(r.body !== undefined && { body: JSON.stringify(r.body) }),
      ...(r.bytes && { body: r.bytes as never }),
    }),
  );

/** Codes that stand for a status unless the golden file names another. */
const CODE: Record<string, string> = {
  '401': 'not_signed_in',
  '403': 'not_allowed',
  '404': 'not_found',
};

async function attempt(method: string, thing: Thing, role: string): Promise<string> {
  const cookie =
    role === 'nobody' ? '' : role === 'citizen' ? pass : (await w.as(LOGIN[role]!)).cookie;
  const r = await raw(method, await thing(role), cookie);
  const text = await r.text();
  if (r.status === 303) return r.headers.get('location') === '/track' ? 'door' : '2xx';
  if (r.status < 300) return '2xx';
  if (!/json/.test(r.headers.get('content-type') ?? '')) return String(r.status);
  const { code } = JSON.parse(text) as { code: string };
  return CODE[r.status] === code ? String(r.status) : `${r.status}:${code}`;
}

/** All answers of one cell that are not as written. */
async function wrongIn(line: string, object: string, cell: Cell): Promise<string[]> {
  const method = line.split(' ')[0]!;
  const make = FIXTURES[line]?.[object];
  if (!make) return [`no fixture for ${object}`];
  const is2xx = (role: string) => cell.get(role) === '2xx';
  const wrong: string[] = [];
  const judge = (role: string, got: string) => {
    const want = cell.get(role)!;
    if (got !== want) wrong.push(`${object} ${role}: want ${want}, got ${got}`);
  };
  const refused = [...cell.keys()].filter((r) => !is2xx(r));
  if (refused.length > 0) {
    const thing = await make('refused');
    await each(line, refused, async (r) => judge(r, await attempt(method, thing, r)));
  }
  const shared = method === 'GET' ? await make('allowed') : null;
  const allowed = [...cell.keys()].filter(is2xx);
  await each(line, allowed, async (role) =>
    judge(role, await attempt(method, shared ?? (await make('allowed')), role)),
  );
  return wrong;
}

const ONE_BY_ONE = new Set([
  'POST /track',
  'POST /submit/photos',
  'POST /track/photos',
  'POST /api/orders/:id/redo',
  'POST /api/orders/:id/close',
]);
/**
 * Attempts side by side, but one by one where many at once are refused for being many, and where the
 * duties of one, served, would close the order of another.
 */
async function each<R>(line: string, roles: R[], work: (role: R) => Promise<void>): Promise<void> {
  if (!ONE_BY_ONE.has(line)) {
    await Promise.all(roles.map(work));
    return;
  }
  for (const role of roles) {
    await w.db.deleteFrom('throttle').execute();
    await work(role);
  }
}

beforeAll(async () => {
  mkdirSync(path.join(consoleDir, 'assets'));
  writeFileSync(path.join(consoleDir, 'index.html'), '<!doctype html><title>x</title>');
  writeFileSync(path.join(consoleDir, 'assets/app.js'), '//');
  w = await createWorld({
    at: '2026-09-21T02:24:00Z',
    consoleDir,
    demo: (deps) => demoPages(deps, { accounts: async () => [], logins: new Set(['operator']) }),
  });
  s = steps(w);
  phones = telephonyThings(w);
  await w.person({ login: 'grid', grants: [{ role: 'grid_worker', unit: ROOM }] });
  await w.person({ login: 'secret', grants: [{ role: 'secret_officer', unit: 'HOTLINE' }] });
  await w.person({ login: 'publisher', grants: [{ role: 'publisher', unit: 'HOTLINE' }] });
  await newPass();
});
afterAll(async () => {
  await w.close();
  rmSync(consoleDir, { recursive: true });
});

async function mark(kind: 'demo' | 'test') {
  const owner = new pg.Client({ connectionString: w.database.ownerUrl });
  await owner.connect();
  await owner.query('update deployment set kind = $1', [kind]);
  await owner.end();
}

describe('the golden file', () => {
  it('has a line for every route, and no line for a route that is gone', () => {
    const routes = [...LINES.keys()].map((k) => k.split(' ').slice(0, 2).join(' '));
    expect([...new Set(routes)].sort()).toEqual(routesOf(w.app));
  });
  it('has a line for every act that the two routes of acts take', () => {
    const acts = (route: string) =>
      [...LINES.keys()]
        .filter((k) => k.startsWith(`${route} `))
        .map((k) => k.split(' ')[2]!)
        .sort();
    const built = (union: { options: readonly { shape: { act: { value: string } } }[] }) =>
      union.options.map((o) => o.shape.act.value).sort();
    expect(acts('POST /api/orders/:id/acts')).toEqual(built(orderActInput));
    expect(acts('POST /api/assignments/:id/acts')).toEqual(built(assignmentActInput));
  });
  it('says of every role what each kind of object answers', () => {
    const silent: string[] = [];
    for (const [line, cells] of LINES) {
      for (const [object, cell] of cells) {
        // A neighbour's assignment is a question for units only.
        const asked = object === 'shared' ? GROUPS.unit! : EVERYONE;
        const missing = asked.filter((r) => !cell.has(r));
        if (missing.length > 0) silent.push(`${line} ${object}: ${missing.join(' ')}`);
      }
    }
    expect(silent).toEqual([]);
  });
});

describe('who may what', () => {
  for (const [line, cells] of LINES) {
    it(line, { timeout: 30_000 }, async () => {
      const wrong: string[] = [];
      for (const [object, cell] of cells) {
        if (object === 'demo') await mark('demo');
        try {
          wrong.push(...(await wrongIn(line, object, cell)));
        } finally {
          if (object === 'demo') await mark('test');
        }
      }
      expect(wrong).toEqual([]);
    });
  }
});

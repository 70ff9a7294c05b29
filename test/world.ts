/**
 * The house in a test: the whole app on a database of its own, people who can act, a clock that
 * moves, and orders that reached their state only through legal acts.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Hono } from 'hono';
import { sql } from 'kysely';
import { citizenErrorPage, citizenPages } from '../web/citizen/index.tsx';
import { createApp } from '../src/app.ts';
import { resolveSession } from '../src/identity/index.ts';
import { createIntake } from '../src/intake/index.ts';
import type { StaffActor } from '../src/kernel/actor.ts';
import { SYSTEM } from '../src/kernel/actor.ts';
import { newId } from '../src/kernel/ids.ts';
import type { DemandType, Role, Urgency } from '../src/kernel/words.ts';
import { send } from '../src/notification/index.ts';
import type { Gateway } from '../src/notification/index.ts';
import { createCrypto, hashToken, newToken } from '../src/platform/crypto.ts';
import { appNow, connect, moveClock } from '../src/platform/db.ts';
import type { Env } from '../src/platform/http/auth.ts';
import { createLog } from '../src/platform/log.ts';
import { receiveDuty } from '../src/platform/outbox.ts';
import { inTransaction } from '../src/platform/unit-of-work.ts';
import { diskStorage } from '../src/platform/storage.ts';
import type { Deps, Tx } from '../src/platform/unit-of-work.ts';
import { ACTING, consumersOf } from '../src/subscriptions.ts';
import type { Consumer } from '../src/subscriptions.ts';
import { HANDLERS } from '../workers/handlers/index.ts';
import { newDatabase } from './database.ts';
import { REPLY, T04, loginOf } from './words.ts';

export { REPLY, T04, loginOf };

export const PUBLIC_URL = 'http://localhost:12345';
export const SECRET = Buffer.alloc(32, 7).toString('base64');

/** What a route answered, read. */
export interface Answer<T = any> {
  status: number;
  body: T;
  headers: Headers;
}

/** Someone with a browser: keeps a session and sends what a browser sends. */
export interface Client {
  login: string;
  actor: StaffActor;
  get<T = any>(path: string): Promise<Answer<T>>;
  post<T = any>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  put<T = any>(path: string, body?: unknown): Promise<Answer<T>>;
  del<T = any>(path: string): Promise<Answer<T>>;
  cookie: string;
}

export interface Matter {
  content?: string;
  type?: DemandType;
  categoryCode?: string;
  urgency?: Urgency;
  areaCode?: string;
  phone?: string | null;
  name?: string;
  channel?: string;
  confidential?: boolean;
  anonymous?: boolean;
  wishCallback?: boolean;
}

/** Every route of an app as `METHOD /path`, sorted; middleware is none. */
export const routesOf = (app: Hono<Env>): string[] =>
  [
    ...new Set(app.routes.filter((r) => r.method !== 'ALL').map((r) => `${r.method} ${r.path}`)),
  ].sort();

export type World = Awaited<ReturnType<typeof createWorld>>;

/** Duties that no one order of theirs may exceed; more means that something feeds itself. */
const ROUNDS_MAX = 50;

export interface WorldOptions {
  at?: string;
  gateway?: Gateway;
  publicUrl?: string;
  /** Folder of a built console to serve. */
  consoleDir?: string;
  /** The system accepts and dispatches by itself; else orders stay where a test puts them. */
  triage?: boolean;
  /** Consumers whose duties nobody does here either, where a test is about something else. */
  without?: readonly Consumer[];
  /** Pages that only a demo has, made for this world's database. */
  demo?: (deps: Deps) => Hono<Env>;
}

export async function createWorld(options: WorldOptions = {}) {
  const database = await newDatabase();
  const connection = connect(database.appUrl, { max: 8, name: 'hotline-test' });
  const { db } = connection;
  // Made with the first file; most worlds have none.
  const storageDir = path.join(tmpdir(), `hotline-files-${randomUUID()}`);
  const deps: Deps = {
    db,
    crypto: createCrypto(SECRET),
    log: createLog('test', 'silent'),
    consumersOf,
    publicUrl: options.publicUrl ?? PUBLIC_URL,
    storage: diskStorage(storageDir),
  };
  const intake = createIntake(deps);
  const app = createApp(deps, {
    intake,
    trustProxy: 0,
    citizen: citizenPages(deps, intake, {
      trustProxy: 0,
      demo: false,
      refusals: { ms: 0, max: 1 },
    }),
    errorPage: citizenErrorPage,
    ...(options.consoleDir && { consoleDir: options.consoleDir }),
    ...(options.demo && { demo: options.demo(deps) }),
  });
  if (options.at) await moveClock(db, new Date(options.at));
  const sent: { id: string; to: string; text: string }[] = [];
  const gateway: Gateway = options.gateway ?? (async (sms) => void sent.push(sms));

  /** Duties that nobody does in this world, taken off all at once. */
  const undone: readonly string[] = [
    'realtime',
    ...(options.triage ? [] : ['intake.triage']),
    ...(options.without ?? []),
  ];

  /** Serves every duty there is, in this process, until none is left. */
  async function settle(): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      await db.deleteFrom('outbox').where('consumer', 'in', undone).execute();
      const { rows } = await sql<{ id: string; consumer: string }>`
        select id, consumer from outbox order by id limit 500`.execute(db);
      if (rows.length === 0) return;
      for (const row of rows) await serve(row.id);
    }
    throw new Error('the outbox never ran empty');
  }

  async function serve(id: string): Promise<void> {
    let deliveryId: string | null = null;
    await inTransaction(deps, SYSTEM, async (tx) => {
      const event = await receiveDuty(tx.db, id);
      // Written since the last look: gone like the others.
      if (!event || undone.includes(event.consumer)) return;
      if (event.consumer === 'notification.send') deliveryId = String(event.payload.deliveryId);
      else await HANDLERS[event.consumer as keyof typeof HANDLERS](deps, asSaid(tx, event.consumer), event); // prettier-ignore
    });
    if (deliveryId) await send(deps, gateway, deliveryId);
  }

  /** Of a consumer that only tells no order hears anything: it would have to say that it acts. */
  const asSaid = (tx: Tx, consumer: string): Tx =>
    (ACTING as readonly string[]).includes(consumer)
      ? tx
      : {
          ...tx,
          record: (event, as) => {
            if (event.type.startsWith('work_order.'))
              throw new Error(`${consumer} acts and does not say so`);
            tx.record(event, as);
          },
        };

  const clients = new Map<string, Client>();
  /** The person with this login, signed in; the same session for the whole test. */
  async function as(login: string): Promise<Client> {
    const client = clients.get(login) ?? (await session(login));
    clients.set(login, client);
    return client;
  }

  /** A session of its own for the person with this login. */
  async function session(login: string): Promise<Client> {
    const user = await db
      .selectFrom('app_user')
      .select('id')
      .where('login', '=', login)
      .executeTakeFirstOrThrow();
    const token = newToken();
    await sql`insert into session (token_hash, id, user_id, created_at, seen_at, expires_at)
      values (${hashToken(token)}, ${newId()}, ${user.id}, clock_timestamp(), clock_timestamp(),
        clock_timestamp() + interval '12 hours')`.execute(db);
    const actor = (await resolveSession(deps, token))!;
    return clientOf(app, login, actor, `session=${token}`);
  }

  /**
   * An account beside those of the seed. `like` makes it a further account of the same human being
   * as another login's.
   * @returns the id of the account.
   */
  async function person(p: {
    login: string;
    grants: { role: Role; unit: string }[];
    like?: string;
  }): Promise<string> {
    const same = p.like
      ? (
          await db
            .selectFrom('app_user')
            .select('person_id')
            .where('login', '=', p.like)
            .executeTakeFirstOrThrow()
        ).person_id
      : newId();
    const id = newId();
    await db
      .insertInto('app_user')
      .values({ id, person_id: same, login: p.login, display_name: p.login })
      .execute();
    for (const g of p.grants) {
      await db
        .insertInto('role_grant')
        .values({ id: newId(), user_id: id, organization_id: await unit(g.unit), role: g.role })
        .execute();
    }
    return id;
  }

  const unit = async (code: string): Promise<string> =>
    (
      await db
        .selectFrom('organization')
        .select('id')
        .where('code', '=', code)
        .executeTakeFirstOrThrow()
    ).id;

  return {
    app,
    db,
    deps,
    intake,
    database,
    storageDir,
    trips: connection.trips,
    pool: connection.pool,
    sent,
    as,
    session,
    person,
    unit,
    settle,
    now: () => appNow(db),
    moveTo: (at: string | Date) => moveClock(db, new Date(at)),
    anonymous: clientOf(app, '', null as never, ''),
    async close() {
      await connection.close();
      await database.drop();
      rmSync(storageDir, { recursive: true, force: true });
    },
  };
}

function clientOf(app: Hono<Env>, login: string, actor: StaffActor, cookie: string): Client {
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const response = await app.request(path, {
      method,
      headers: {
        host: 'localhost:12345',
        origin: PUBLIC_URL,
        ...(cookie && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      body: json && text ? JSON.parse(text) : text,
      headers: response.headers,
    };
  };
  return {
    login,
    actor,
    cookie,
    get: (path) => call('GET', path),
    post: (path, body, headers) => call('POST', path, body ?? {}, headers),
    put: (path, body) => call('PUT', path, body ?? {}),
    del: (path) => call('DELETE', path),
  };
}

const must = <T>(answer: Answer<T>): T => {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

/** Steps along the main road; each does one legal act and answers what the route answered. */
export function steps(w: World) {
  const act = async (
    login: string,
    orderId: string,
    name: string,
    input: unknown,
    version?: number,
  ) =>
    (await w.as(login)).post(`/api/orders/${orderId}/acts`, {
      act: name,
      version: version ?? (await versionOf(w, orderId)),
      input,
    });
  const onAssignment = async (
    login: string,
    assignmentId: string,
    name: string,
    input: unknown = {},
  ) => {
    const row = await w.db
      .selectFrom('assignment')
      .select('order_id')
      .where('id', '=', assignmentId)
      .executeTakeFirstOrThrow();
    return (await w.as(login)).post(`/api/assignments/${assignmentId}/acts`, {
      act: name,
      version: await versionOf(w, row.order_id),
      input: name === 'submit_reply' ? await read(assignmentId, input) : input,
    });
  };

  /** The leader has read the draft that stands there, unless the test says another. */
  async function read(assignmentId: string, input: unknown): Promise<unknown> {
    const draft = await w.db
      .selectFrom('reply')
      .select('version')
      .where('assignment_id', '=', assignmentId)
      .where('state', '=', 'draft')
      .executeTakeFirst();
    return { replyVersion: draft?.version ?? 1, ...(input as object) };
  }

  async function register(
    m: Matter = {},
    login = 'operator',
  ): Promise<{ id: string; orderNo: string; queryCode: string }> {
    const body = {
      channel: m.channel ?? 'phone',
      content: m.content ?? T04,
      ...(m.type && { type: m.type }),
      areaCode: m.areaCode ?? '339902001',
      confidential: m.confidential ?? false,
      wishCallback: m.wishCallback ?? true,
      requester: m.anonymous
        ? { kind: 'anonymous' }
        : {
            kind: 'natural',
            name: m.name ?? '陈女士',
            ...(m.phone !== null && { phone: m.phone ?? '13805774471' }),
          },
    };
    const made = must(
      await (await w.as(login)).post('/api/orders', body, { 'idempotency-key': randomUUID() }),
    );
    return { id: made.orderId, orderNo: made.orderNo, queryCode: made.queryCode };
  }

  async function accepted(m: Matter = {}) {
    const order = await register(m);
    must(
      await act('operator', order.id, 'accept', {
        type: m.type ?? 'help',
        categoryCode: m.categoryCode ?? '0301',
        urgency: m.urgency ?? 'U2',
      }),
    );
    return order;
  }

  async function dispatched(m: Matter & { lead?: string; co?: string[] } = {}) {
    const order = await accepted(m);
    const leadId = await w.unit(m.lead ?? 'WATER');
    const coIds = await Promise.all((m.co ?? []).map(w.unit));
    must(await act('dispatcher', order.id, 'dispatch', { leadId, coIds }));
    const rows = await w.db
      .selectFrom('assignment')
      .select(['id', 'kind', 'organization_id'])
      .where('order_id', '=', order.id)
      .execute();
    const lead = rows.find((r) => r.kind === 'lead')!.id;
    const co = coIds.map((c) => rows.find((r) => r.organization_id === c)!.id);
    return { ...order, lead, co };
  }

  async function signed(m: Parameters<typeof dispatched>[0] = {}) {
    const order = await dispatched(m);
    must(await onAssignment(loginOf(m.lead), order.lead, 'sign'));
    return order;
  }

  async function drafted(m: Parameters<typeof dispatched>[0] & { solved?: string } = {}) {
    const order = await signed(m);
    must(
      await onAssignment(`${loginOf(m.lead)}.handler`, order.lead, 'first_contact', {
        method: 'phone',
        reached: true,
        content: '已致电说明。',
      }),
    );
    must(
      await (
        await w.as(`${loginOf(m.lead)}.handler`)
      ).put(`/api/assignments/${order.lead}/reply`, { ...REPLY, solved: m.solved ?? REPLY.solved }),
    );
    return order;
  }

  async function replied(m: Parameters<typeof drafted>[0] = {}) {
    const order = await drafted(m);
    must(
      await onAssignment(`${loginOf(m.lead)}.leader`, order.lead, 'submit_reply', {
        waiverReason: m.co?.length ? '先行答复' : '',
      }),
    );
    return order;
  }

  async function audited(m: Parameters<typeof drafted>[0] = {}) {
    const order = await replied(m);
    must(await act('auditor', order.id, 'audit_pass', { checklist: ['all_matters', 'finding'] }));
    await w.settle();
    return order;
  }

  const taskOf = async (orderId: string): Promise<string> =>
    (
      await w.db
        .selectFrom('callback_task')
        .select('id')
        .where('order_id', '=', orderId)
        .orderBy('round', 'desc')
        .executeTakeFirstOrThrow()
    ).id;

  async function evaluated(m: Parameters<typeof drafted>[0] & { rating?: object } = {}) {
    const order = await audited(m);
    const rating = m.rating ?? { contacted: true, solved: 'solved', satisfaction: 5 };
    must(
      await (
        await w.as('followup')
      ).post(`/api/callbacks/${await taskOf(order.id)}/evaluation`, rating),
    );
    return order;
  }

  return {
    act,
    onAssignment,
    register,
    accepted,
    dispatched,
    signed,
    drafted,
    replied,
    audited,
    evaluated,
    taskOf,
    must,
  };
}

export const versionOf = async (w: World, orderId: string): Promise<number> =>
  (
    await w.db
      .selectFrom('work_order')
      .select('version')
      .where('id', '=', orderId)
      .executeTakeFirstOrThrow()
  ).version;

export const stateOf = async (w: World, orderId: string): Promise<string> =>
  (
    await w.db
      .selectFrom('work_order')
      .select('state')
      .where('id', '=', orderId)
      .executeTakeFirstOrThrow()
  ).state;

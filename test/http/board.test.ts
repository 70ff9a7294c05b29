/** Boards: every figure recounted from the rows, every number's list as long as the number says. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lampOf } from '../../src/deadline/index.ts';
import type { DeadlineRow } from '../../src/deadline/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { LAMPS, ROLES, URGENCIES } from '../../src/kernel/words.ts';
import type { Lamp } from '../../src/kernel/words.ts';
import { STAGES } from '../../src/supervision/schema.ts';
import type {
  BoardFigures,
  BoardItem,
  BoardView,
  EscalationView,
  Lamps,
  Stage,
} from '../../src/supervision/schema.ts';
import type { Page } from '../../src/workorder/schema.ts';
import { createWorld, steps, stateOf } from '../world.ts';
import type { Client, World } from '../world.ts';

const ROOM = 'TOWN_QINGYU_1_ROOM';
/** Monday morning in the city. */
const START = new Date('2026-09-21T01:00:00Z');
const HOUR = 3_600_000;

let w: World;
let s: ReturnType<typeof steps>;

/** Another account of the role in a unit. */
const someone = async (role: (typeof ROLES)[number], unit: string): Promise<Client> => {
  const login = `${role}.${unit}`.toLowerCase();
  const known = await sql`select 1 from app_user where login = ${login}`.execute(w.db);
  if (known.rows.length === 0) await w.person({ login, grants: [{ role, unit }] });
  return w.as(login);
};

async function supervise(orderId: string, unit: string, level: number, state: string) {
  const id = newId();
  await sql`insert into supervision_order (id, number, order_id, organization_id, level, cause, state, issued_at)
    values (${id}, ${id}, ${orderId}, ${await w.unit(unit)}, ${level}, 'manual', ${state}, app_now())`.execute(
    w.db,
  );
  return id;
}

async function escalate(orderId: string, unit: string | null, level: number, told = true) {
  await sql`insert into escalation (id, order_id, organization_id, action, level, cause, told, at)
    values (${newId()}, ${orderId}, ${unit && (await w.unit(unit))}, 'urge', ${level}, 'overdue',
      ${told}, app_now())`.execute(w.db);
}

let water: Awaited<ReturnType<typeof s.signed>>;
let secret: Awaited<ReturnType<typeof s.dispatched>>;
beforeAll(async () => {
  w = await createWorld({ at: START.toISOString() });
  s = steps(w);
  await s.register();
  await s.accepted({ urgency: 'U3' });
  water = await s.signed({ urgency: 'U2', co: [ROOM] });
  await s.replied({ urgency: 'U4' });
  await s.audited({ urgency: 'U3' });
  await s.evaluated();
  await s.signed({ lead: ROOM, urgency: 'U1', channel: 'visit' });
  secret = await s.dispatched({ lead: 'DIST_QINGYU', urgency: 'U4', confidential: true });
  await s.signed({ lead: 'ZHZF', urgency: 'U3', channel: 'mail', co: ['DIST_QINGYU'] });
  await w.moveTo(new Date(START.getTime() + 30 * HOUR));
  await s.register();
  await s.accepted({ urgency: 'U2' });
  await s.dispatched({ lead: 'DIST_WANGCHAO', urgency: 'U2' });
  await s.signed({ lead: 'ZHZF', urgency: 'U4' });
  await s.replied({ urgency: 'U1' });
  await sql`update deadline set state = 'paused', due_at = null, remaining_ms = 1 where id in
    (select id from deadline where clock = 'final' and state = 'running' order by id limit 1)`.execute(
    w.db,
  );
  await sql`update deadline set provisional = true, due_at = app_now() + interval '9 days',
    soon_at = app_now() + interval '8 days', today_at = app_now() + interval '8 days'
    where id in (select id from deadline where clock = 'final' and state = 'running'
      order by id desc limit 1)`.execute(w.db);
  await supervise(water.id, 'WATER', 2, 'open');
  await supervise(water.id, ROOM, 3, 'open');
  await supervise(secret.id, 'DIST_QINGYU', 2, 'replied');
  await supervise(secret.id, 'DIST_QINGYU', 4, 'open');
  await supervise(secret.id, 'DIST_QINGYU', 2, 'accepted');
  await escalate(water.id, 'WATER', 0);
  await escalate(water.id, 'WATER', 1);
  await escalate(water.id, ROOM, 0);
  await escalate(water.id, ROOM, 3, false);
  await escalate(secret.id, 'DIST_QINGYU', 2);
  await escalate(secret.id, null, 0);
}, 60_000);
afterAll(() => w.close());

// ── Counted again, from nothing but the rows ─────────────────────────────────────────────────────

const dark = (): Lamps => Object.fromEntries(LAMPS.map((l) => [l, 0])) as Lamps;

/** Ids of an organisation and of everything below it, one step of the tree after the other. */
async function below(root: string): Promise<string[]> {
  const all = await w.db
    .selectFrom('organization')
    .select(['id', 'parent_id', 'line_parent_id'])
    .execute();
  const ids = [root];
  for (const id of ids)
    for (const o of all)
      if ((o.parent_id === id || o.line_parent_id === id) && !ids.includes(o.id)) ids.push(o.id);
  return ids;
}

const STAGE_OF: Partial<Record<string, Stage>> = {
  accept: 'accept',
  dispatch: 'dispatch',
  sign: 'sign',
  final: 'final',
  audit: 'audit',
  callback: 'callback',
};

async function recount(units: string[] | null, at: Date): Promise<BoardFigures> {
  const rows = (await w.db.selectFrom('deadline').selectAll().execute()) as DeadlineRow[];
  const stages = Object.fromEntries(STAGES.map((x) => [x, dark()])) as BoardFigures['stages'];
  const by = { units: {}, urgencies: {}, channels: {} } as Record<string, Record<string, Lamps>>;
  for (const r of rows) {
    if (r.state === 'stopped') continue;
    let stage = STAGE_OF[r.clock];
    if (units) {
      if (!units.includes(r.organization_id ?? '')) continue;
      if (r.clock === 'co') stage = 'final';
      if (stage !== 'final' && stage !== 'sign') continue;
    } else if (r.clock !== 'sign' && !r.shown) continue;
    if (!stage) continue;
    const { state, provisional } = r;
    const lamp: Lamp = lampOf(
      { state, provisional, dueAt: r.due_at, soonAt: r.soon_at, todayAt: r.today_at },
      at,
    );
    stages[stage][lamp] += 1;
    if (stage !== 'final') continue;
    for (const [what, key] of [
      ['units', r.organization_id],
      ['urgencies', r.urgency],
      ['channels', r.channel],
    ] as const)
      (by[what]![key!] ??= dark())[lamp] += 1;
  }
  const orders = (await w.db.selectFrom('supervision_order').selectAll().execute()).filter(
    (o) => units === null || units.includes(o.organization_id),
  );
  const open = (level: number) =>
    orders.filter((o) => o.state === 'open' && o.level === level).length;
  const people = await sql<{ id: string }>`select distinct u.id from app_user u
    where u.active and exists (select 1 from session x where x.user_id = u.id)
      and exists (select 1 from role_grant g where g.user_id = u.id and g.role = 'operator')`.execute(
    w.db,
  );
  return {
    stages,
    units: by.units!,
    urgencies: by.urgencies!,
    channels: by.channels!,
    supervision: {
      open: { 2: open(2), 3: open(3), 4: open(4) },
      replied: orders.filter((o) => o.state === 'replied').length,
    },
    operators: units ? null : people.rows.length,
  };
}

const SCOPES: [string, () => Promise<Client>, string | null, string | null][] = [
  ['the centre', () => w.as('supervisor'), null, null],
  ['a department', () => w.as('water.leader'), null, 'WATER'],
  ['a department that the centre names', () => w.as('dispatcher'), 'WATER', 'WATER'],
  ['a district', () => w.as('dist.qingyu.leader'), null, 'DIST_QINGYU'],
  ['a district that the centre names', () => w.as('admin'), 'DIST_QINGYU', 'DIST_QINGYU'],
  ['a street', () => someone('unit_leader', 'TOWN_QINGYU_1'), null, 'TOWN_QINGYU_1'],
  [
    'a street that its district names',
    () => w.as('dist.qingyu.leader'),
    'TOWN_QINGYU_1',
    'TOWN_QINGYU_1',
  ],
  ['a command room', () => w.as('nantang'), null, ROOM],
];

const sum = (l: Lamps): number => LAMPS.reduce((n, lamp) => n + l[lamp], 0);
const sums = (rows: Record<string, Lamps>): Lamps => {
  const all = dark();
  for (const row of Object.values(rows)) for (const l of LAMPS) all[l] += row[l];
  return all;
};

describe.each(SCOPES)('the board of %s', (_, who, asked, root) => {
  const query = async (more: Record<string, string> = {}) =>
    new URLSearchParams({ ...(asked && { organizationId: await w.unit(asked) }), ...more });
  const read = async (): Promise<BoardView> => {
    const { status, body } = await (await who()).get<BoardView>(`/api/board?${await query()}`);
    expect(status).toBe(200);
    return body;
  };
  const units = async () => (root ? below(await w.unit(root)) : null);

  it('counts what the rows say', async () => {
    const view = await read();
    expect(view.figures).toEqual(await recount(await units(), new Date(view.at)));
    const { final } = view.figures.stages;
    for (const by of ['units', 'urgencies', 'channels'] as const)
      expect(sums(view.figures[by]), by).toEqual(final);
    expect(sum(final)).toBeGreaterThan(0);
    expect(view.scope).toBe(root ? `org:${await w.unit(root)}` : 'city');
    expect(view.organization?.code ?? null).toBe(root);
    expect(Object.keys(view.unitsById)).toEqual(
      expect.arrayContaining(Object.keys(view.figures.units)),
    );
    expect(view.publishedTo >= '2026-12-31').toBe(true);
  });

  it('has a list as long as each of its numbers, page by page', async () => {
    const client = await who();
    const list = async (filter: Record<string, string>): Promise<BoardItem[]> => {
      const items: BoardItem[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const at = await query({ ...filter, limit: '2', ...(cursor && { cursor }) });
        const page: Page<BoardItem> = (await client.get(`/api/board/orders?${at}`)).body;
        items.push(...page.items);
        cursor = page.nextCursor;
      }
      expect(
        new Set(items.map((i) => `${i.order.id} ${i.organization?.id} ${i.clock.clock}`)).size,
      ).toBe(items.length);
      return items;
    };
    const { figures } = await read();
    const cells: [Record<string, string>, Lamps][] = [
      ...STAGES.map((stage): [Record<string, string>, Lamps] => [{ stage }, figures.stages[stage]]),
      ...Object.entries(figures.units).map(([unitId, l]): [Record<string, string>, Lamps] => [
        { unitId },
        l,
      ]),
      ...URGENCIES.map((urgency): [Record<string, string>, Lamps] => [
        { urgency },
        figures.urgencies[urgency] ?? dark(),
      ]),
      ...Object.entries(figures.channels).map(([channel, l]): [Record<string, string>, Lamps] => [
        { channel },
        l,
      ]),
    ];
    for (const [filter, lamps] of cells) {
      expect((await list(filter)).length, JSON.stringify(filter)).toBe(sum(lamps));
      for (const lamp of LAMPS) {
        const rows = await list({ ...filter, lamp });
        expect(rows.length, `${JSON.stringify(filter)} ${lamp}`).toBe(lamps[lamp]);
        expect(rows.every((r) => r.clock.lamp === lamp)).toBe(true);
      }
      const both = await list({ ...filter, lamp: 'overdue,soon' });
      expect(both.length).toBe(lamps.overdue + lamps.soon);
    }
    const due = (await list({})).map((r) => r.clock.dueAt ?? '9');
    expect(due).toEqual(due.toSorted());
  });

  it('lists what the ladder did there, newest first', async () => {
    const client = await who();
    const page: Page<EscalationView> = (await client.get(`/api/board/escalations?${await query()}`))
      .body;
    const mine = await units();
    const rows = (await w.db.selectFrom('escalation').selectAll().execute()).filter(
      (e) => e.told && (mine === null || mine.includes(e.organization_id ?? '')),
    );
    expect(new Set(page.items.map((i) => i.id))).toEqual(new Set(rows.map((r) => r.id)));
    const at = page.items.map((i) => i.at);
    expect(at).toEqual(at.toSorted().toReversed());
    expect(page.items.every((i) => i.orderNo !== '' && i.title !== '')).toBe(
      rows.length > 0 || true,
    );
  });
});

describe('rows of a board', () => {
  const find = async (login: string, orderId: string, filter = ''): Promise<BoardItem> => {
    const { body } = await (
      await w.as(login)
    ).get<Page<BoardItem>>(`/api/board/orders?limit=100${filter}`);
    return body.items.find((i) => i.order.id === orderId)!;
  };

  it('say who signed, and what was last done about the order in that unit', async () => {
    const lead = await find('supervisor', water.id);
    expect(lead).toMatchObject({
      organization: { code: 'WATER' },
      last: { level: 1, action: 'urge' },
      // A supervision order stands above what was done last.
      level: 2,
    });
    expect(lead.handlerName).toBe((await w.as('water')).actor.name);
    const room = await find('nantang', water.id);
    // Not the firing that nobody was told of.
    expect(room).toMatchObject({
      organization: { code: ROOM },
      last: { level: 0 },
      level: 3,
      handlerName: null,
    });
    expect(await find('supervisor', secret.id)).toMatchObject({
      order: { confidential: true },
      organization: { code: 'DIST_QINGYU' },
      last: { level: 2 },
      level: 4,
    });
  });

  it('leave out what is over', async () => {
    const over = await s.signed();
    s.must(
      await s.act('operator', over.id, 'withdraw', {
        wish: '不用了',
        identifiedBy: 'caller_number',
      }),
    );
    expect(await stateOf(w, over.id)).toBe('closed');
    expect(await find('supervisor', over.id)).toBeUndefined();
  });
});

describe('what the ladder did', () => {
  it('urges, supervision and reminders of a level; with 0 every reminder, with more fewer', async () => {
    const o = await s.signed({ lead: 'WATER' });
    const did = [
      ['remind', 0],
      ['remind', 1],
      ['remind', 2],
      ['urge', 0],
      ['supervise', 3],
    ] as const;
    for (const [action, level] of did)
      await sql`insert into escalation (id, order_id, organization_id, action, level, cause, told, at)
        values (${newId()}, ${o.id}, ${await w.unit('WATER')}, ${action}, ${level}, 'due', true,
          app_now())`.execute(w.db);
    const list = async (login: string, query: string) => {
      const { status, body } = await (
        await w.as(login)
      ).get<Page<EscalationView>>(`/api/board/escalations?limit=100${query}`);
      expect(status).toBe(200);
      return body.items.filter((i) => i.orderId === o.id).map((i) => `${i.action} ${i.level}`).sort(); // prettier-ignore
    };
    const pressed = ['supervise 3', 'urge 0'];
    for (const login of ['supervisor', 'water.leader']) {
      expect(await list(login, '')).toEqual(['remind 1', 'remind 2', ...pressed]);
      expect(await list(login, '&minLevel=0')).toEqual(['remind 0', 'remind 1', 'remind 2', ...pressed]); // prettier-ignore
      expect(await list(login, '&minLevel=2')).toEqual(['remind 2', ...pressed]);
      expect(await list(login, '&minLevel=4')).toEqual(pressed);
    }
    for (const wrong of ['-1', '5', 'x', '1.5'])
      expect(
        (await (await w.as('supervisor')).get(`/api/board/escalations?minLevel=${wrong}`)).status,
      ).toBe(422);
  });
});

describe('who may not', () => {
  const paths = ['/api/board', '/api/board/orders', '/api/board/escalations'];
  it.each(paths)('403 %s for those who have no board', async (path) => {
    const logins = ['operator', 'auditor', 'followup', 'water', 'water.handler'];
    const people = [...(await Promise.all(logins.map(w.as))), await someone('publisher', 'WATER')];
    for (const p of people) expect((await p.get(path)).body.code, p.login).toBe('not_allowed');
  });
  it.each(paths)('404 %s outside the reach, and for what is not there', async (path) => {
    const ask = async (login: string, id: string) =>
      (await (await w.as(login)).get(`${path}?organizationId=${id}`)).body.code;
    const [district, other, street] = await Promise.all(
      ['DIST_QINGYU', 'DIST_WANGCHAO', 'TOWN_WANGCHAO_1'].map(w.unit),
    );
    for (const id of [other!, street!, await w.unit('WATER'), await w.unit('CITY'), newId()])
      expect(await ask('dist.qingyu.leader', id)).toBe('not_found');
    // A room does not see the district above it.
    expect(await ask('nantang', district!)).toBe('not_found');
    expect(await ask('supervisor', newId())).toBe('not_found');
  });
  it('a unit outside the board has no rows in it', async () => {
    const unitId = await w.unit('WATER');
    const { status, body } = await (
      await w.as('dist.qingyu.leader')
    ).get<Page<BoardItem>>(`/api/board/orders?unitId=${unitId}`);
    expect([status, body.items]).toEqual([200, []]);
  });
  it('a role in one unit opens no board of another where one only works', async () => {
    await w.person({
      login: 'leads.and.handles',
      grants: [
        { role: 'unit_leader', unit: 'ZHZF' },
        { role: 'handler', unit: 'WATER' },
      ],
    });
    const client = await w.as('leads.and.handles');
    const { body } = await client.get<BoardView>('/api/board');
    expect(body.scope).toBe(`org:${await w.unit('ZHZF')}`);
    const water = await client.get(`/api/board?organizationId=${await w.unit('WATER')}`);
    expect(water.body.code).toBe('not_found');
  });
  it('two units make one board, whatever the order of the grants; one below the other adds nothing', async () => {
    const ids = (await Promise.all(['ZHZF', 'WATER'].map(w.unit))).sort();
    await w.person({
      login: 'two.units',
      grants: [
        { role: 'unit_leader', unit: 'ZHZF' },
        { role: 'unit_leader', unit: 'WATER' },
      ],
    });
    expect((await (await w.as('two.units')).get('/api/board')).body.scope).toBe(
      `org:${ids.join(',')}`,
    );
    await w.person({
      login: 'one.below',
      grants: [
        { role: 'command_room', unit: ROOM },
        { role: 'unit_leader', unit: 'DIST_QINGYU' },
      ],
    });
    const district = await w.unit('DIST_QINGYU');
    expect((await (await w.as('one.below')).get('/api/board')).body.scope).toBe(`org:${district}`);
  });
});

describe('operators', () => {
  const operators = async () =>
    (await (await w.as('supervisor')).get<BoardView>('/api/board')).body.figures.operators;
  it('are people signed in now who hold the role now, counted once', async () => {
    const before = (await operators())!;
    const id = await w.person({ login: 'op.two', grants: [{ role: 'operator', unit: 'HOTLINE' }] });
    expect(await operators()).toBe(before);
    await w.session('op.two');
    await w.session('op.two');
    expect(await operators()).toBe(before + 1);
    const seen = (hours: number) =>
      sql`update session set seen_at = clock_timestamp() - ${hours} * interval '1 hour'
        where user_id = ${id}`.execute(w.db);
    await seen(9);
    expect(await operators()).toBe(before);
    await seen(7);
    expect(await operators()).toBe(before + 1);
    await sql`update session set expires_at = clock_timestamp() where user_id = ${id}`.execute(
      w.db,
    );
    expect(await operators()).toBe(before);
    await w.session('op.two');
    await sql`update role_grant set valid_to = app_now() where user_id = ${id}`.execute(w.db);
    expect(await operators()).toBe(before);
  });
});

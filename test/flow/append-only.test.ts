/** What happened cannot be changed, by whomever; and what a database refuses without the application. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { fireAll } from '../../src/deadline/index.ts';
import { migrate } from '../../db/migrate.ts';
import { newDatabase } from '../database.ts';
import type { TestDatabase } from '../database.ts';
import { createWorld, steps } from '../world.ts';
import type { World } from '../world.ts';

const FROZEN = ['act', 'domain_event', 'audit_log'];
const CHANGES = [
  (table: string) => `update ${table} set at = at`,
  (table: string) => `update ${table} set at = at where false`,
  (table: string) => `delete from ${table}`,
  (table: string) => `truncate ${table}`,
  (table: string) => `truncate ${table} cascade`,
  (table: string) => `merge into ${table} t using (select 1) s on true when matched then delete`,
];

/** Not allowed, or (a plain truncate by the owner) not possible because others refer to it. */
const REFUSED = /^(42501|0A000)$/;

/** Runs one statement on a connection of its own. @returns rows, or the error's SQLSTATE. */
async function run(url: string, statement: string): Promise<unknown[] | string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await client.end();
  }
}

describe('a database with a story in it', () => {
  let w: World;
  let orderId: string;
  beforeAll(async () => {
    w = await createWorld();
    orderId = (await steps(w).evaluated({ co: ['TOWN_QINGYU_1_ROOM'] })).id;
    await w.settle();
  });
  afterAll(() => w?.close());

  const urls = (): [string, string][] => [
    ['application', w.database.appUrl],
    ['owner', w.database.ownerUrl],
  ];
  const count = async (table: string) =>
    ((await run(w.database.ownerUrl, `select count(*)::int n from ${table}`)) as [{ n: number }])[0]
      .n;

  it.each(FROZEN)('keeps every row of %s as it is, whoever asks', async (table) => {
    const before = await count(table);
    expect(before).toBeGreaterThan(5);
    for (const [role, url] of urls())
      for (const change of CHANGES)
        expect([role, change(table), await run(url, change(table))]).toEqual([
          role,
          change(table),
          expect.stringMatching(REFUSED),
        ]);
    expect(await count(table)).toBe(before);
  });

  it('does not let the application take the guard away', async () => {
    const { appUrl } = w.database;
    for (const table of FROZEN) {
      expect(await run(appUrl, `alter table ${table} disable trigger all`)).toBe('42501');
      expect(await run(appUrl, `drop trigger ${table}_append_only on ${table}`)).toBe('42501');
      expect(await run(appUrl, `drop table ${table} cascade`)).toBe('42501');
    }
    expect(await run(appUrl, 'set session_replication_role = replica')).toBe('42501');
    expect(
      await run(
        appUrl,
        'create or replace function refuse_change() returns trigger ' +
          "language plpgsql as 'begin return null; end'",
      ),
    ).toBe('42501');
  });

  describe('clocks, calendars and policies', () => {
    beforeAll(async () => {
      const s = steps(w);
      const late = await s.signed({ urgency: 'U1' });
      const demand = { level: 2, demand: '说明原因' };
      s.must(await (await w.as('supervisor')).post(`/api/orders/${late.id}/supervisions`, demand));
      await w.moveTo(new Date((await w.now()).getTime() + 26 * 3_600_000));
      await fireAll(w.deps);
      await w.settle();
    });
    const FIRED = 'fired_at is not null';
    const OPEN = 'fired_at is null';

    it.each([
      'update deadline_policy set document = document',
      'update deadline_policy set valid_from = valid_from',
      'delete from deadline_policy',
      'truncate deadline_policy cascade',
      'delete from escalation',
      'update escalation set told = told',
      'truncate escalation',
      'delete from clock_entry',
      'update clock_entry set at = at',
      'update calendar_day set spans = spans',
      'update calendar_day set kind = kind',
      'delete from calendar_day',
      'truncate calendar_day',
      'update calendar_version set version = version',
      'delete from calendar_version',
      'delete from calendar_exception',
      'delete from calendar',
      'delete from deadline',
      'truncate deadline cascade',
      'delete from supervision_order',
      'truncate supervision_order cascade',
      'delete from supervision_sequence',
      `update deadline_step set fire_at = fire_at where ${FIRED}`,
      `update deadline_step set fired_at = null where ${FIRED}`,
      `delete from deadline_step where ${FIRED}`,
      'truncate deadline_step',
    ])('the application may not: %s', async (statement) => {
      const table = /(?:from|update|truncate) (\w+)/.exec(statement)![1]!;
      const before = await count(table);
      expect(before).toBeGreaterThan(0);
      expect(await run(w.database.appUrl, statement)).toBe('42501');
      expect(await count(table)).toBe(before);
    });

    it('nor may the owner change a step that fired, or what came of it', async () => {
      for (const statement of [
        `update deadline_step set fire_at = fire_at where ${FIRED}`,
        `delete from deadline_step where ${FIRED}`,
        'update escalation set told = told',
        'delete from escalation',
        'truncate escalation',
      ])
        expect([statement, await run(w.database.ownerUrl, statement)]).toEqual([
          statement,
          '42501',
        ]);
    });

    it.each([
      'update deadline_policy set withdrawn_at = withdrawn_at',
      'update calendar_day set replaced_in = replaced_in',
      'update deadline set level = level',
      'update supervision_order set version = version',
      `update deadline_step set armed_at = null where ${OPEN}`,
      `delete from deadline_step where ${OPEN}`,
    ])('it may: %s', async (statement) =>
      expect(await run(w.database.appUrl, statement)).toEqual([]),
    );
  });

  const insertAct = (personId: string, hand: string, version: number) => `
    insert into act (id, order_id, act, from_state, to_state, order_version, round, party, person_id,
      hand, at)
    values (gen_random_uuid(), '${orderId}', 'note', 'closed', 'closed', ${version}, 1, 'handler',
      '${personId}', '${hand}', clock_timestamp())`;

  it('refuses a hand that separation of duties forbids, below the application too', async () => {
    const person = async (login: string) => (await w.as(login)).actor.personId;
    const [operator, handler, auditor, stranger] = (await Promise.all(
      ['operator', 'water.handler', 'auditor', 'zhzf.handler'].map(person),
    )) as [string, string, string, string];
    for (const [, url] of urls()) {
      expect(await run(url, insertAct(operator, 'handled', 900))).toBe('HL001');
      expect(await run(url, insertAct(handler, 'judged', 900))).toBe('HL001');
      expect(await run(url, insertAct(handler, 'received', 900))).toBe('HL001');
      expect(await run(url, insertAct(auditor, 'handled', 900))).toBe('HL001');
    }
    expect(await run(w.database.appUrl, insertAct(stranger, 'handled', 900))).toEqual([]);
    // A version is taken once.
    expect(await run(w.database.appUrl, insertAct(stranger, 'handled', 900))).toBe('23505');
  });

  it('does not let one person draft the reply to an order they received', async () => {
    const { actor } = await w.as('operator');
    const stranger = (await w.as('zhzf.handler')).actor;
    const reply = (persons: string) => `insert into reply (id, order_id, round, kind, state,
        author_id, writer_person_ids, created_at)
      values (gen_random_uuid(), '${orderId}', 2, 'lead', 'draft', '${stranger.userId}',
        array[${persons}]::uuid[], clock_timestamp())`;
    for (const [, url] of urls()) {
      expect(await run(url, reply(`'${actor.personId}'`))).toBe('HL001');
      expect(await run(url, reply(`'${stranger.personId}', '${actor.personId}'`))).toBe('HL001');
      const joining = `update reply set writer_person_ids = writer_person_ids ||
        '${actor.personId}'::uuid where order_id = '${orderId}'`;
      expect(await run(url, joining)).toBe('HL001');
    }
    expect(await run(w.database.appUrl, reply(`'${stranger.personId}'`))).toEqual([]);
  });
});

describe('a production database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await newDatabase('empty');
    await migrate(database.ownerUrl, { kind: 'production', appUrl: database.appUrl });
  });
  afterAll(() => database?.drop());

  it('cannot be marked as another kind by the application', async () => {
    const { appUrl } = database;
    expect(await run(appUrl, 'select kind from deployment')).toEqual([{ kind: 'production' }]);
    expect(await run(appUrl, "update deployment set kind = 'demo'")).toBe('42501');
    expect(await run(appUrl, 'delete from deployment')).toBe('42501');
    expect(await run(appUrl, 'truncate deployment')).toBe('42501');
    expect(await run(appUrl, "insert into deployment (kind) values ('demo')")).toBe('42501');
    expect(await run(appUrl, 'delete from schema_migration')).toBe('42501');
  });

  it('keeps its clock, also against its owner', async () => {
    const { appUrl, ownerUrl } = database;
    for (const url of [appUrl, ownerUrl])
      expect(await run(url, 'update app_clock set offset_ms = 1')).toBe('42501');
    for (const statement of [
      'delete from app_clock',
      'truncate app_clock',
      'insert into app_clock (offset_ms) values (1)',
    ])
      expect(await run(appUrl, statement)).toBe('42501');
    const offset = 'select abs(extract(epoch from app_now() - clock_timestamp())) < 1 as same';
    expect(await run(appUrl, offset)).toEqual([{ same: true }]);
  });

  it('cannot have its clock moved by taking the guard away', async () => {
    const { appUrl } = database;
    expect(await run(appUrl, 'alter table app_clock disable trigger all')).toBe('42501');
    expect(await run(appUrl, 'drop function guard_app_clock() cascade')).toBe('42501');
    expect(
      await run(
        appUrl,
        'create or replace function app_now() returns timestamptz ' +
          "language sql as 'select clock_timestamp()'",
      ),
    ).toBe('42501');
    expect(await run(appUrl, 'create table public.app_clock2 (a int)')).toBe('42501');
  });

  it('gets no demo accounts', async () => {
    const { seedDemo } = await import('../../db/seed.ts');
    const { connect } = await import('../../src/platform/db.ts');
    const connection = connect(database.appUrl, { max: 1 });
    await expect(seedDemo(connection.db)).rejects.toThrow('not a demo database');
    await connection.close();
    expect(inject('template')).not.toBe(database.name);
  });
});

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { MIGRATIONS } from './migrations/index.ts';
import type { Migration } from './migrations/index.ts';

/** Key of the advisory lock that lets one migrator at a time through. */
const MIGRATION_LOCK = 1_234_500_001;
/** PostgreSQL namespace of BullMQ's own tables. */
export const QUEUE_SCHEMA = 'bullmq';

/** How often a migrator looks whether it may go on, in milliseconds. */
const TURN_MS = 100;

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Brings a database to the newest version, ours and BullMQ's, and gives the application role its
 * rights. Safe to run from many processes at once and again and again, also after one that was cut off.
 * @returns names of the migrations that were applied, or finished, now.
 * @throws when a released migration was changed afterwards.
 */
export async function migrate(
  ownerUrl: string,
  options: {
    kind: 'demo' | 'test' | 'production';
    appUrl?: string;
    queues?: boolean;
    migrations?: readonly Migration[];
  },
): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'hotline-migrate' });
  // A connection that is lost fails the statement that is under way, which says it.
  client.on('error', () => {});
  await client.connect();
  try {
    await takeTurn(client);
    const applied = await applyAll(client, options.migrations ?? MIGRATIONS);
    await client.query(
      'insert into deployment (kind) select $1 where not exists (select 1 from deployment)',
      [options.kind],
    );
    if (options.queues !== false) await runMigrations(client as never, QUEUE_SCHEMA);
    await grantApplication(client, ownerUrl, options.appUrl);
    return applied;
  } finally {
    await client.end();
  }
}

/** Asks again and again: who waits inside a statement would be waited for by an index that is built. */
async function takeTurn(client: pg.Client): Promise<void> {
  const ask = 'select pg_try_advisory_lock($1) as mine';
  while (!(await client.query(ask, [MIGRATION_LOCK])).rows[0].mine) await sleep(TURN_MS);
}

interface Applied {
  name: string;
  digest: string;
  /** Indexes that are still to be built; null: none. */
  unfinished: string[] | null;
}

async function applyAll(client: pg.Client, migrations: readonly Migration[]): Promise<string[]> {
  await client.query(`create table if not exists schema_migration (
    name text primary key, digest text not null,
    applied_at timestamptz not null default clock_timestamp())`);
  await client.query('alter table schema_migration add column if not exists unfinished text[]');
  const { rows } = await client.query<Applied>(
    'select name, digest, unfinished from schema_migration',
  );
  const done = new Map(rows.map((r) => [r.name, r]));
  const applied: string[] = [];
  for (const m of migrations) {
    const known = done.get(m.name);
    if (known && known.digest !== digest(m.sql))
      throw new Error(`migration ${m.name} was changed after it was applied`);
    if (known && !known.unfinished) continue;
    const left = known ? known.unfinished! : await applyOne(client, m);
    if (left.length > 0) await buildIndexes(client, m, left);
    applied.push(m.name);
  }
  return applied;
}

/** @returns names of indexes that are left to be built. */
async function applyOne(client: pg.Client, m: Migration): Promise<string[]> {
  const large: string[] = [];
  let sql = m.sql;
  for (const name of m.concurrently ?? []) {
    const { table, statement } = indexIn(m, name);
    if (!(await hasRows(client, table))) continue;
    large.push(name);
    sql = sql.replace(statement, '');
  }
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query(
      'insert into schema_migration (name, digest, unfinished) values ($1, $2, $3)',
      [m.name, digest(m.sql), large.length > 0 ? large : null],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
  return large;
}

/** @throws when the migration has no such statement. */
function indexIn(m: Migration, name: string): { table: string; statement: string } {
  const found = new RegExp(`^create index ${name} on (\\w+)[^;]*;`, 'm').exec(m.sql);
  if (!found) throw new Error(`migration ${m.name} makes no index ${name}`);
  return { table: found[1]!, statement: found[0] };
}

/** A table that only this migration makes has none. */
async function hasRows(client: pg.Client, table: string): Promise<boolean> {
  const made = await client.query('select to_regclass($1) is not null as there', [table]);
  if (!made.rows[0].there) return false;
  const name = client.escapeIdentifier(table);
  return (await client.query(`select exists (select from ${name}) as some`)).rows[0].some;
}

/** One after the other, each by itself; what one that was cut off left behind is removed first. */
async function buildIndexes(client: pg.Client, m: Migration, names: readonly string[]) {
  for (const name of names) {
    const { statement } = indexIn(m, name);
    const found = await client.query(
      'select indisvalid as valid from pg_index where indexrelid = to_regclass($1)',
      [name],
    );
    const stands = found.rows[0] as { valid: boolean } | undefined;
    if (stands && !stands.valid)
      await client.query(`drop index concurrently ${client.escapeIdentifier(name)}`);
    if (!stands?.valid)
      await client.query(statement.replace('create index', 'create index concurrently'));
    await client.query(
      `update schema_migration set unfinished = nullif(array_remove(unfinished, $2), '{}')
        where name = $1`,
      [m.name, name],
    );
  }
}

/** What the application may never do: change or remove what happened. */
const APPEND_ONLY = [
  'act',
  'domain_event',
  'audit_log',
  'chat_message',
  'clock_entry',
  'escalation',
  'lexicon',
  'correction',
];

/** What is replaced or ended, never removed. */
const KEPT =
  'deadline, deadline_policy, calendar, calendar_day, calendar_version, calendar_exception, ' +
  'supervision_order, supervision_sequence, handover, chat_session, chat_seat, canned_answer, ' +
  'restriction_proposal';

/** What only triggers write. */
const COUNTED = 'rate_fact, rate_change, rate_count';

/**
 * Those that the owner made. BullMQ's sequences belong to the application, which makes one for each
 * queue when it first adds a job; nobody else may, or need, grant anything on them.
 */
const grantSequences = (app: string): string => `do $$
  declare made regclass;
  begin
    for made in select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'S' and n.nspname in ('public', '${QUEUE_SCHEMA}')
        and pg_has_role(c.relowner, 'USAGE')
    loop execute format('grant usage, select on sequence %s to ${app.replaceAll("'", "''")}', made);
    end loop;
  end $$`;

async function grantApplication(client: pg.Client, ownerUrl: string, appUrl?: string) {
  if (!appUrl) return;
  const role = decodeURIComponent(new URL(appUrl).username);
  if (!role || role === decodeURIComponent(new URL(ownerUrl).username)) return;
  const app = client.escapeIdentifier(role);
  const frozen = APPEND_ONLY.join(', ');
  const fixed = 'deployment, schema_migration, order_sequence';
  // BullMQ makes a sequence for each queue when it first adds a job, hence `create` in its namespace.
  await client.query(`
    grant usage on schema public, ${QUEUE_SCHEMA} to ${app};
    grant create on schema ${QUEUE_SCHEMA} to ${app};
    grant select, insert, update, delete on all tables in schema public, ${QUEUE_SCHEMA} to ${app};
    ${grantSequences(app)};
    grant execute on all functions in schema public, ${QUEUE_SCHEMA} to ${app};
    revoke update, delete, truncate on ${frozen} from ${app};
    revoke insert, update, delete, truncate on deployment, schema_migration, ${COUNTED} from ${app};
    revoke delete, truncate on work_order, ${fixed}, ${KEPT} from ${app};
    revoke update on deadline_policy, calendar_day, calendar_version, handover from ${app};
    grant update (withdrawn_at) on deadline_policy to ${app};
    grant update (replaced_in) on calendar_day to ${app};
    grant update (order_id, call_leg) on handover to ${app}`);
  const kind = await client.query('select kind from deployment');
  if (kind.rows[0]?.kind === 'production') {
    await client.query(`revoke insert, update, delete, truncate on app_clock from ${app}`);
  }
}

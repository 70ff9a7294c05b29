import { createHash } from 'node:crypto';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { MIGRATIONS } from './migrations/index.ts';

/** Key of the advisory lock that lets one migrator at a time through. */
const MIGRATION_LOCK = 1_234_500_001;
/** PostgreSQL namespace of BullMQ's own tables. */
export const QUEUE_SCHEMA = 'bullmq';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Brings a database to the newest version, ours and BullMQ's, and gives the application role its
 * rights. Safe to run from many processes at once and again and again.
 * @returns names of the migrations that were applied now.
 * @throws when a released migration was changed afterwards.
 */
export async function migrate(
  ownerUrl: string,
  options: { kind: 'demo' | 'test' | 'production'; appUrl?: string; queues?: boolean },
): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'hotline-migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const applied = await applyAll(client);
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

async function applyAll(client: pg.Client): Promise<string[]> {
  await client.query(`create table if not exists schema_migration (
    name text primary key, digest text not null,
    applied_at timestamptz not null default clock_timestamp())`);
  const done = new Map<string, string>(
    (await client.query('select name, digest from schema_migration')).rows.map((r) => [
      r.name,
      r.digest,
    ]),
  );
  const applied: string[] = [];
  for (const m of MIGRATIONS) {
    const known = done.get(m.name);
    if (known === digest(m.sql)) continue;
    if (known) throw new Error(`migration ${m.name} was changed after it was applied`);
    await client.query('begin');
    try {
      await client.query(m.sql);
      await client.query('insert into schema_migration (name, digest) values ($1, $2)', [
        m.name,
        digest(m.sql),
      ]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
    applied.push(m.name);
  }
  return applied;
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
    revoke insert, update, delete, truncate on deployment, schema_migration from ${app};
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

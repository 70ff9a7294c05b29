/** What stands in the database at the end of a run, for the judge. */
import type pg from 'pg';
import type { FakeGateway } from '../processes.ts';
import type { Outside, Stored, StoredAct, StoredStep } from './history.ts';

const KEY = `'〔([^〕]+)〕'`;

/** Everything the judge compares; `steps` of these clocks only, else of all that are due. */
export async function storedIn(
  owner: pg.Pool,
  o: { clocks?: string[]; effects?: boolean; undone?: boolean } = {},
): Promise<Stored> {
  const rows = async <T>(text: string, values: unknown[] = []): Promise<T[]> =>
    (await owner.query(text, values)).rows as T[];
  const orders = await rows<Stored['orders'][number]>(
    `select o.id, o.version, substring(t.content from ${KEY}) as key
      from work_order o join order_text t on t.order_id = o.id`,
  );
  const acts = await rows<StoredAct & { key: string | null }>(
    `select a.order_id as "orderId", a.order_version as version, a.act,
        (select substring(t.body from ${KEY}) from act_text t where t.act_id = a.id limit 1) as key
      from act a join order_text x on x.order_id = a.order_id`,
  );
  const events = await rows<Stored['events'][number]>(
    `select order_id as "orderId", version, type from domain_event
      where type like 'work_order.%'`,
  );
  const [{ left = 0 } = {}] = await rows<{ left: number }>(
    `select (select count(*) from outbox)::int +
      (select count(*) from delivery where state = 'pending')::int as left`,
  );
  // The one only measures, the other only closes a window: neither fires.
  const unarmed = await rows<{ id: string }>(
    `select d.order_id as id from deadline d where d.state = 'running' and d.clock not in ('citizen', 'return_window')
      and not exists (select 1 from deadline_step s where s.deadline_id = d.id)`,
  );
  return {
    orders,
    acts: acts.map(({ key, ...a }) => ({ ...a, key: key ?? undefined })),
    events,
    left: o.undone ? 0 : left,
    unarmed: unarmed.map((r) => r.id),
    steps: await stepsIn(owner, o),
  };
}

async function stepsIn(
  owner: pg.Pool,
  o: { clocks?: string[]; effects?: boolean },
): Promise<StoredStep[]> {
  const { rows } = await owner.query(
    `with told as (
        select subject_id, s ->> 'step' as step, (s ->> 'epoch')::int as epoch, count(*)::int as n
        from domain_event, jsonb_array_elements(payload -> 'steps') s
        where type = 'deadline.fired' group by 1, 2, 3),
      had as (select deadline_id, step, epoch, count(*)::int as n from escalation group by 1, 2, 3)
    select s.deadline_id || ' ' || s.step || ' ' || s.epoch as id,
      extract(epoch from s.fire_at) * 1000 as due,
      extract(epoch from s.fired_at) * 1000 as fired,
      coalesce(told.n, 0) as told, coalesce(had.n, 0) as effects
    from deadline_step s join deadline d on d.id = s.deadline_id
      left join told on (told.subject_id, told.step, told.epoch) = (s.deadline_id, s.step, s.epoch)
      left join had on (had.deadline_id, had.step, had.epoch) = (s.deadline_id, s.step, s.epoch)
    where s.deadline_id = any ($1) or ($1 is null and d.state = 'running' and s.fire_at < app_now())`,
    [o.clocks ?? null],
  );
  return rows.map((r) => ({
    id: r.id as string,
    dueAt: Number(r.due),
    ...(r.fired !== null && { firedAt: Number(r.fired) }),
    told: r.told as number,
    ...(o.effects && { effects: r.effects as number }),
  }));
}

/** What the fake gateway was given. */
export function outsideOf(gateway: FakeGateway): Outside {
  const first = new Map<string, number>();
  for (const t of gateway.tries) if (!first.has(t.id)) first.set(t.id, t.at);
  return {
    tries: gateway.tries.map(({ id, key, to, text }) => ({ id, key, to, text })),
    taken: [...gateway.taken.values()].map(({ id, to }) => ({ id, to, at: first.get(id)! })),
  };
}

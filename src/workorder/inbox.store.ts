/** The inboxes of the units: their assignments as lists show them, and how many there are. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Reader } from '../platform/db.ts';
import { COUNT_MAX, behind, countOf, dueFirst, listed } from './list.store.ts';
import type { Cursor, ListedOrder } from './list.store.ts';
import type { InboxFacet } from './schema.ts';
import type { AssignmentRow } from './store.ts';

/** An order with one assignment of a unit on it. */
export type ListedAssignment = ListedOrder & {
  sort_at: Date;
  a_id: string;
  a_state: AssignmentRow['state'];
  a_kind: 'lead' | 'co';
  a_organization_id: string;
  a_created_at: Date;
  a_signed_at: Date | null;
  a_first_contact_at: Date | null;
  a_drafted: boolean;
  a_returned: 'audit' | 'leader' | null;
  a_reachable: boolean;
};

/** The leader sent this very version of the draft back; writing it again makes another version. */
const sentBack = sql<boolean>`exists (select 1 from act x where x.order_id = r.order_id
  and x.act = 'note' and x.detail->>'replyId' = r.id::text
  and x.detail->>'replyVersion' = r.version::text)`;
const draftThat = (is: ReturnType<typeof sql<boolean>>) =>
  sql<boolean>`exists (select 1 from reply r where r.assignment_id = a.id and r.state = 'draft' and ${is})`;
/** A draft waits for its countersignature. */
const drafted = draftThat(sql<boolean>`not ${sentBack}`);
/** By whom the reply was sent back that is to be written again. */
const returned = sql<'audit' | 'leader' | null>`case when a.state <> 'signed' then null
  when ${draftThat(sentBack)} then 'leader'
  when exists (select 1 from reply r where r.assignment_id = a.id and r.state = 'failed')
    and not exists (select 1 from reply r where r.assignment_id = a.id and r.state = 'draft')
  then 'audit' end`;
/** Who raised it left a number. */
const reachable = sql<boolean>`exists (select 1 from identity_vault v
  where v.requester_id = o.requester_id and v.phone_ct is not null)`;
/** What presses now: until it is signed for the clock of the signature, then the reply's. */
const pressing = sql<Date>`case when a.state = 'pending_sign' and s.due_at is not null
  then s.due_at else ${dueFirst('k')} end`;
const working = sql<boolean>`o.state in ('dispatched','in_progress') and a.round = o.round and not a.waived`;

const FACETS: Record<InboxFacet, ReturnType<typeof sql<boolean>>> = {
  open: sql<boolean>`a.state in ('pending_sign','signed') and ${working}`,
  pending_sign: sql<boolean>`a.state = 'pending_sign' and ${working}`,
  signed: sql<boolean>`a.state = 'signed' and ${working} and not ${drafted}`,
  draft: sql<boolean>`a.state = 'signed' and ${working} and ${drafted}`,
  submitted: sql<boolean>`a.state = 'submitted' and o.closed_at is null`,
  done: sql<boolean>`(a.state in ('accepted','returned','cancelled') or (a.state = 'submitted' and o.closed_at is not null) or (a.state in ('pending_sign','signed') and not (${working})))`,
};

/**
 * The newest of each unit, as many as the list shows at most: each unit's are read as its index has
 * them, and what it did in all the years is not sorted.
 */
const amongNewest = (
  unitIds: readonly string[],
  facet: InboxFacet,
  further: RawBuilder<boolean> | null,
  limit: number,
) => sql<boolean>`a.id = any (array(
  select n.id from unnest(${[...unitIds]}::uuid[]) unit cross join lateral (
    select a.id from assignment a join work_order o on o.id = a.order_id
    where a.organization_id = unit and ${FACETS[facet]} ${further ? sql`and ${further}` : sql``}
    order by a.created_at desc, a.id desc limit ${limit}) n))`;

/** Assignments of the units in reach, the first due first (finished ones newest first). */
export async function listInbox(
  db: Reader,
  unitIds: readonly string[],
  facet: InboxFacet,
  cursor: Cursor | null,
  limit: number,
): Promise<ListedAssignment[]> {
  if (unitIds.length === 0) return [];
  const newestFirst = facet === 'done' || facet === 'submitted';
  const sortAt = newestFirst ? sql<Date>`a.created_at` : pressing;
  let q = listed(db)
    .innerJoin('assignment as a', 'a.order_id', 'o.id')
    .leftJoin('live_clock as k', (j) =>
      j.onRef('k.subject_id', '=', 'a.id').on('k.clock', 'in', ['final', 'co']),
    )
    .leftJoin('live_clock as s', (j) =>
      j.onRef('s.subject_id', '=', 'a.id').on('s.clock', '=', 'sign'),
    )
    .select([
      'a.id as a_id',
      'a.state as a_state',
      'a.kind as a_kind',
      'a.organization_id as a_organization_id',
      'a.created_at as a_created_at',
      'a.signed_at as a_signed_at',
      'a.first_contact_at as a_first_contact_at',
      drafted.as('a_drafted'),
      returned.as('a_returned'),
      reachable.as('a_reachable'),
      sortAt.as('sort_at'),
    ])
    .where('a.organization_id', 'in', [...unitIds])
    .where(FACETS[facet]);
  const further = cursor && behind(cursor, sortAt, 'a.id', newestFirst);
  if (further) q = q.where(further);
  if (newestFirst) q = q.where(amongNewest(unitIds, facet, further, limit));
  const direction = newestFirst ? 'desc' : 'asc';
  return (await q
    .orderBy(sortAt, direction)
    .orderBy('a.id', direction)
    .limit(limit)
    .execute()) as unknown as ListedAssignment[];
}

export async function countInbox(
  db: Reader,
  unitIds: readonly string[],
): Promise<Record<InboxFacet, number>> {
  const entries = await Promise.all(
    (Object.keys(FACETS) as InboxFacet[]).map(async (facet) => {
      if (unitIds.length === 0) return [facet, 0] as const;
      const rows = db
        .selectFrom('work_order as o')
        .innerJoin('assignment as a', 'a.order_id', 'o.id')
        .select('a.id')
        .where('a.organization_id', 'in', [...unitIds])
        .where(FACETS[facet])
        .limit(COUNT_MAX);
      return [facet, await countOf(db, rows.as('x'))] as const;
    }),
  );
  return Object.fromEntries(entries) as Record<InboxFacet, number>;
}

import { sql } from 'kysely';
import type { WaitReason } from '../kernel/words.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';
import type { RoutingStep } from './schema.ts';

export interface DecisionRow {
  id: string;
  orderId: string;
  round: number;
  categoryCode: string | null;
  areaCode: string | null;
  subjectKind: string | null;
  catalogueId: string | null;
  suggestedLeadId: string | null;
  leadId: string;
  coIds: string[];
  steps: RoutingStep[];
  decidedBy: string | null;
  at: Date;
}

/** Keeps who was chosen, who the catalogue named, and why. */
export async function insertDecision(db: DbTx, d: DecisionRow): Promise<void> {
  later(
    db,
    db.insertInto('routing_decision').values({
      id: d.id,
      order_id: d.orderId,
      round: d.round,
      category_code: d.categoryCode,
      area_code: d.areaCode,
      subject_kind: d.subjectKind,
      catalogue_id: d.catalogueId,
      suggested_lead_id: d.suggestedLeadId,
      lead_id: d.leadId,
      co_ids: d.coIds,
      overruled: d.suggestedLeadId !== null && d.suggestedLeadId !== d.leadId,
      steps: JSON.stringify(d.steps) as never,
      decided_by: d.decidedBy,
      at: d.at,
    }),
  );
}

/** The decision of a round, if one was made. */
export async function findDecision(db: Reader, orderId: string, round: number) {
  const row = await db
    .selectFrom('routing_decision')
    .select(['catalogue_id', 'suggested_lead_id', 'lead_id', 'co_ids', 'overruled', 'steps', 'at'])
    .where('order_id', '=', orderId)
    .where('round', '=', round)
    .orderBy('at', 'desc')
    .executeTakeFirst();
  return row ?? null;
}

/** Why the system left an order to a person, and what it would have done. */
export interface Wait {
  reasons: WaitReason[];
  /** By the catalogue; null where it names nobody. */
  suggestedLeadId: string | null;
  /** How sure the understanding is, 0–1; null without one. */
  score: number | null;
}

/**
 * Keeps why an order waits in its round, in place of what was kept before.
 * @returns false when the same stood there.
 */
export async function keepWait(
  db: DbTx,
  wait: {
    orderId: string;
    round: number;
    reasons: readonly WaitReason[];
    suggestedLeadId?: string | null;
    score?: number | null;
    at: Date;
  },
): Promise<boolean> {
  const r = await db
    .insertInto('routing_wait')
    .values({
      order_id: wait.orderId,
      round: wait.round,
      reasons: [...wait.reasons],
      suggested_lead_id: wait.suggestedLeadId ?? null,
      score: wait.score ?? null,
      at: wait.at,
    })
    .onConflict((c) =>
      c
        .columns(['order_id', 'round'])
        .doUpdateSet((eb) => ({
          reasons: eb.ref('excluded.reasons'),
          suggested_lead_id: eb.ref('excluded.suggested_lead_id'),
          score: eb.ref('excluded.score'),
          at: eb.ref('excluded.at'),
        }))
        .where(
          sql<boolean>`(routing_wait.reasons, routing_wait.suggested_lead_id, routing_wait.score)
            is distinct from (excluded.reasons, excluded.suggested_lead_id, excluded.score)`,
        ),
    )
    .executeTakeFirst();
  return (r.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/**
 * Why orders wait, by id, as of their latest round. It means something only while an order is
 * registered or waits for dispatch: who lists says so by the state.
 */
export async function waitsOf(db: Reader, orderIds: readonly string[]): Promise<Map<string, Wait>> {
  if (orderIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('routing_wait')
    .select(['order_id', 'reasons', 'suggested_lead_id', 'score'])
    .where('order_id', 'in', [...orderIds])
    .orderBy('round')
    .execute();
  return new Map(
    rows.map((r) => [
      r.order_id,
      { reasons: r.reasons as WaitReason[], suggestedLeadId: r.suggested_lead_id, score: r.score },
    ]),
  );
}

/** How many orders the system dispatched by itself since then. */
export async function dispatchedBySystem(db: Reader, since: Date): Promise<number> {
  const r = await db
    .selectFrom('routing_decision')
    .select(sql<string>`count(*)`.as('n'))
    .where('decided_by', 'is', null)
    .where('at', '>=', since)
    .executeTakeFirstOrThrow();
  return Number(r.n);
}

/** Which orders the system dispatched by itself since then, the latest first. */
export async function ordersBySystem(db: Reader, since: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('routing_decision')
    .select('order_id')
    .where('decided_by', 'is', null)
    .where('at', '>=', since)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute();
  return [...new Set(rows.map((r) => r.order_id))];
}

/** Nothing holds the order back in its round any more. */
export async function clearWait(db: DbTx, orderId: string, round: number): Promise<void> {
  later(
    db,
    db.deleteFrom('routing_wait').where('order_id', '=', orderId).where('round', '=', round),
  );
}

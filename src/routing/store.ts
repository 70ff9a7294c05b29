import type { DbTx, Reader } from '../platform/db.ts';
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
  await db
    .insertInto('routing_decision')
    .values({
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
    })
    .execute();
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

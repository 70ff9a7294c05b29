import { sql } from 'kysely';
import { newId } from '../kernel/ids.ts';
import type { DemandType, Flag, Ground, MissingItem, Proposal, Urgency } from '../kernel/words.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';
import type { ClassificationView, Hint, Understanding } from './schema.ts';

/** The newest version below another, unread and unchecked; null where there is none. */
export async function newestLexicon(
  db: Reader,
  below: number | null,
): Promise<{ version: number; document: unknown } | null> {
  let q = db.selectFrom('lexicon').select(['version', 'document']);
  if (below !== null) q = q.where('version', '<', below);
  return (await q.orderBy('version', 'desc').limit(1).executeTakeFirst()) ?? null;
}

export async function newestVersion(db: Reader): Promise<number> {
  const row = await db
    .selectFrom('lexicon')
    .select((e) => e.fn.max('version').as('version'))
    .executeTakeFirst();
  return row?.version ?? 0;
}

/** From which score on the system accepts, or dispatches, by itself; null without a lexicon. */
export async function autoScores(
  db: Reader,
): Promise<{ accept: number | null; dispatch: number | null } | null> {
  const row = await db
    .selectFrom('lexicon')
    .select([
      sql<number | null>`(document -> 'thresholds' ->> 'accept')::float8`.as('accept'),
      sql<number | null>`(document -> 'thresholds' ->> 'dispatch')::float8`.as('dispatch'),
    ])
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** Whether the newest version stands before a shipped document: people wrote it, or it is this one. */
export async function standsBefore(db: Reader, document: object): Promise<boolean> {
  const row = await db
    .selectFrom('lexicon')
    .select(sql<boolean>`document = ${JSON.stringify(document)}::jsonb`.as('same'))
    .select('created_by')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined && (row.created_by !== null || row.same);
}

/** A further version; `created_by` is null for one that was shipped. */
export async function insertLexicon(
  db: DbTx,
  l: { version: number; document: object; at: Date; createdBy: string | null },
): Promise<void> {
  later(
    db,
    db.insertInto('lexicon').values({
      version: l.version,
      document: JSON.stringify(l.document) as never,
      created_at: l.at,
      created_by: l.createdBy,
    }),
  );
}

/** What is kept of an understanding: guesses and words of the lexicon, never the text. */
interface Detail {
  because: ClassificationView['because'];
  ground: Ground | null;
  missing: MissingItem[];
  /** Left out by releases that knew none. */
  hints?: Hint[];
}

const detailOf = (u: Understanding): Detail => ({
  because: {
    type: u.types[0]?.because ?? [],
    category: u.categories[0]?.because ?? [],
    urgency: u.urgency.because,
    flags: [...new Set(u.flags.flatMap((f) => f.because))],
    area: u.areas[0]?.because ?? [],
    proposal: u.proposal.because,
  },
  ground: u.proposal.ground ?? null,
  missing: u.proposal.missing ?? [],
  hints: u.hints,
});

export interface Kept {
  orderId: string;
  understanding: Understanding;
}

/** One row an order; a later understanding of the same order replaces the earlier. */
export async function upsertClassifications(
  db: DbTx,
  list: readonly Kept[],
  at: Date,
): Promise<void> {
  if (list.length === 0) return;
  later(
    db,
    db
      .insertInto('classification')
      .values(
        list.map(({ orderId, understanding: u }) => ({
          order_id: orderId,
          classifier: u.classifier,
          version: u.version,
          at,
          type: u.types[0]?.value ?? null,
          category_code: u.categories[0]?.value ?? null,
          urgency: u.urgency.value,
          area_code: u.areas[0]?.value ?? null,
          subject_kind: u.subjectKind,
          flags: u.flags.map((f) => f.value),
          proposal: u.proposal.act,
          score: u.score,
          detail: JSON.stringify(detailOf(u)) as never,
        })),
      )
      .onConflict((c) =>
        c.column('order_id').doUpdateSet((e) => ({
          classifier: e.ref('excluded.classifier'),
          version: e.ref('excluded.version'),
          at: e.ref('excluded.at'),
          type: e.ref('excluded.type'),
          category_code: e.ref('excluded.category_code'),
          urgency: e.ref('excluded.urgency'),
          area_code: e.ref('excluded.area_code'),
          subject_kind: e.ref('excluded.subject_kind'),
          flags: e.ref('excluded.flags'),
          proposal: e.ref('excluded.proposal'),
          score: e.ref('excluded.score'),
          detail: e.ref('excluded.detail'),
        })),
      ),
  );
}

/** What was understood of orders, by id. */
export async function classificationsOf(
  db: Reader,
  orderIds: readonly string[],
): Promise<Map<string, ClassificationView>> {
  if (orderIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('classification')
    .selectAll()
    .where('order_id', 'in', [...new Set(orderIds)])
    .execute();
  return new Map(
    rows.map((r): [string, ClassificationView] => {
      const detail = r.detail as unknown as Detail;
      return [
        r.order_id,
        {
          classifier: r.classifier,
          version: r.version,
          type: r.type as DemandType | null,
          categoryCode: r.category_code,
          urgency: r.urgency as Urgency | null,
          areaCode: r.area_code,
          subjectKind: r.subject_kind,
          flags: r.flags as Flag[],
          hints: detail.hints ?? [],
          proposal: r.proposal as Proposal,
          score: r.score,
          because: detail.because,
          ground: detail.ground,
          missing: detail.missing,
          at: r.at.toISOString(),
        },
      ];
    }),
  );
}

export interface CorrectionRow {
  field: 'type' | 'category' | 'urgency' | 'area' | 'flags' | 'lead';
  suggested: string | null;
  chosen: string | null;
}

export async function insertCorrections(
  db: DbTx,
  c: { orderId: string; userId: string | null; at: Date; rows: readonly CorrectionRow[] },
): Promise<void> {
  if (c.rows.length === 0) return;
  later(
    db,
    db.insertInto('correction').values(
      c.rows.map((r) => ({
        id: newId(),
        order_id: c.orderId,
        ...r,
        user_id: c.userId,
        at: c.at,
      })),
    ),
  );
}

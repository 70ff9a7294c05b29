import { gazetteerOf, gazetteerStamp } from '../catalogue/index.ts';
import { fail } from '../kernel/errors.ts';
import type { Db, DbTx, Reader } from '../platform/db.ts';
import { createLexiconClassifier } from './classifier.ts';
import type { LexiconClassifier } from './classifier.ts';
import { lexiconDocument } from './lexicon.ts';
import type { LexiconDocument } from './lexicon.ts';
import { correctionsOf } from './rules.ts';
import type { Chosen } from './rules.ts';
import type { ClassificationView } from './schema.ts';
import * as store from './store.ts';

/** A new lexicon or gazetteer is noticed by every process within this time. */
const RECHECK_MS = 5_000;
/** Versions that are tried, from the newest back: a later release may have written some of them. */
const TRIED_MAX = 5;

interface Loaded {
  /** What it was built from: version of the lexicon, state of the gazetteer. */
  stamp: string;
  classifier: LexiconClassifier;
}

/** What one process knows of one database. */
interface Slot {
  known: Loaded | null;
  /** A look that is on its way. */
  pending: Promise<Loaded> | null;
  checkedMs: number;
  /** Why there is none, or no newer one. */
  fault: NoClassifier | null;
}

/** There is no lexicon, or none that this release understands: demands come in without. */
export class NoClassifier extends Error {}

const slots = new WeakMap<Db, Slot>();

function slotOf(db: Db): Slot {
  const known = slots.get(db);
  if (known) return known;
  const fresh: Slot = { known: null, pending: null, checkedMs: -RECHECK_MS, fault: null };
  slots.set(db, fresh);
  return fresh;
}

const stampOf = async (db: Reader): Promise<string> => {
  const version = await store.newestVersion(db);
  return `${version}/${await gazetteerStamp(db)}`;
};

/** The newest lexicon that this release understands. @throws NoClassifier */
async function readable(db: Reader): Promise<{ version: number; document: LexiconDocument }> {
  let below: number | null = null;
  for (let tried = 0; tried < TRIED_MAX; tried++) {
    const row: Awaited<ReturnType<typeof store.newestLexicon>> = await store.newestLexicon(
      db,
      below,
    );
    if (!row) break;
    const parsed = lexiconDocument.safeParse(row.document);
    if (parsed.success) return { version: row.version, document: parsed.data };
    below = row.version;
  }
  throw new NoClassifier(
    below === null ? 'no lexicon: run seed-reference' : 'no lexicon that this release understands',
  );
}

async function build(db: Reader): Promise<Loaded> {
  const stamp = await stampOf(db);
  const { version, document } = await readable(db);
  const places = await gazetteerOf(db);
  return { stamp, classifier: createLexiconClassifier(document, places, version) };
}

async function renew(db: Reader, before: Loaded | null): Promise<Loaded> {
  if (before && before.stamp === (await stampOf(db))) return before;
  return build(db);
}

/** What a look found, kept; a lexicon that is not there is remembered too. */
const kept = (slot: Slot, found: Promise<Loaded>): Promise<Loaded> =>
  found.then(
    (loaded) => {
      slot.known = loaded;
      slot.fault = null;
      return loaded;
    },
    (error: unknown) => {
      if (error instanceof NoClassifier) slot.fault = error;
      throw error;
    },
  );

/** Looks once, whoever else asks meanwhile; what is known answers on where nothing better is found. */
function look(slot: Slot, db: Db): Promise<Loaded> {
  slot.checkedMs = performance.now();
  slot.pending = kept(slot, renew(db, slot.known)).finally(() => {
    slot.pending = null;
  });
  return slot.pending;
}

/**
 * The classifier in force: built once a process, and again, behind the back of who asks, within
 * seconds of a new lexicon or gazetteer. Where none is known yet it is read by `via`: who is inside a
 * transaction gives that, so that no second connection is waited for.
 * @throws NoClassifier when there is no lexicon that this release understands.
 */
export async function loadClassifier(db: Db, via: Reader = db): Promise<LexiconClassifier> {
  const slot = slotOf(db);
  const stale = performance.now() - slot.checkedMs >= RECHECK_MS;
  if (slot.known) {
    // A failed look is tried again; until then the last good one answers.
    if (stale && !slot.pending) look(slot, db).catch(() => {});
    return slot.known.classifier;
  }
  if (!slot.pending && !stale && slot.fault) throw slot.fault;
  // Who looks through a transaction looks for itself: if that ends, nobody else's look does.
  if (via !== db) {
    slot.checkedMs = performance.now();
    return (await kept(slot, build(via))).classifier;
  }
  return (await (slot.pending ?? look(slot, db))).classifier;
}

/** Whether texts are understood here, by the newest lexicon or, `stale`, by the last good one. */
export async function classifierHealth(db: Db): Promise<'ok' | 'stale' | 'none'> {
  try {
    await loadClassifier(db);
    return slotOf(db).fault ? 'stale' : 'ok';
  } catch (error) {
    if (error instanceof NoClassifier) return 'none';
    throw error;
  }
}

/** Keeps what was understood of orders, in the transaction that makes or changes them. */
export const keepClassification = (
  db: DbTx,
  list: readonly store.Kept[],
  at: Date,
): Promise<void> => store.upsertClassifications(db, list, at);

/** What was understood of an order, if anything was. */
export async function classificationOf(
  db: Reader,
  orderId: string,
): Promise<ClassificationView | null> {
  return (await store.classificationsOf(db, [orderId])).get(orderId) ?? null;
}

/**
 * Keeps where a person chose otherwise than was suggested; nothing where nothing was suggested.
 * @returns the number of fields in which they differ.
 */
export async function recordCorrections(
  tx: { db: DbTx; at: Date },
  orderId: string,
  chosen: Chosen,
  userId: string | null,
): Promise<number> {
  const suggested = await classificationOf(tx.db, orderId);
  if (!suggested) return 0;
  const rows = correctionsOf(suggested, chosen);
  await store.insertCorrections(tx.db, { orderId, userId, at: tx.at, rows });
  return rows.length;
}

/**
 * A further version of the lexicon.
 * @throws AppError `invalid_input` when the document is not a lexicon.
 */
export async function publishLexicon(
  tx: { db: DbTx; at: Date },
  document: unknown,
  userId: string | null,
): Promise<number> {
  const parsed = lexiconDocument.safeParse(document);
  if (!parsed.success)
    fail('invalid_input', {
      issues: parsed.error.issues
        .slice(0, 20)
        .map((i) => ({ path: i.path.join('.'), message: i.message, code: i.code })),
    });
  const version = (await store.newestVersion(tx.db)) + 1;
  await store.insertLexicon(tx.db, {
    version,
    document: parsed.data,
    at: tx.at,
    createdBy: userId,
  });
  return version;
}

/**
 * Brings the shipped lexicon into a database: the first version, or a further one where it changed.
 * @returns the new version, or null where it is there already.
 */
export async function shipLexicon(
  tx: { db: DbTx; at: Date },
  document: LexiconDocument,
): Promise<number | null> {
  if (await store.standsBefore(tx.db, document)) return null;
  return publishLexicon(tx, document, null);
}

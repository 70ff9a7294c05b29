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

interface Loaded {
  /** What it was built from: version of the lexicon, state of the gazetteer. */
  stamp: string;
  classifier: LexiconClassifier;
}

interface Slot {
  loaded: Promise<Loaded>;
  checkedMs: number;
}

const slots = new WeakMap<Db, Slot>();

const stampOf = async (db: Reader): Promise<string> => {
  const [version, places] = await Promise.all([store.newestVersion(db), gazetteerStamp(db)]);
  return `${version}/${places}`;
};

async function build(db: Db): Promise<Loaded> {
  const [stamp, newest, places] = await Promise.all([
    stampOf(db),
    store.newestLexicon(db),
    gazetteerOf(db),
  ]);
  const document = lexiconDocument.parse(newest.document);
  return { stamp, classifier: createLexiconClassifier(document, places, newest.version) };
}

async function renew(db: Db, before: Promise<Loaded>): Promise<Loaded> {
  const [known, stamp] = await Promise.all([before, stampOf(db)]);
  return known.stamp === stamp ? known : build(db);
}

/**
 * The classifier in force: built once a process, and again within seconds of a new lexicon or gazetteer.
 * @throws when there is no lexicon, or it is not one this release understands.
 */
export async function loadClassifier(db: Db): Promise<LexiconClassifier> {
  const slot = slots.get(db);
  const now = performance.now();
  if (slot && now - slot.checkedMs < RECHECK_MS) return (await slot.loaded).classifier;
  const loaded = slot ? renew(db, slot.loaded) : build(db);
  slots.set(db, { loaded, checkedMs: now });
  try {
    return (await loaded).classifier;
  } catch (error) {
    slots.delete(db);
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
  if (await store.isNewestShipped(tx.db, document)) return null;
  return publishLexicon(tx, document, null);
}

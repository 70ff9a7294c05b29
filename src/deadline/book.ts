/** What the clocks of an order are moved by, read in one round trip: their rows, calendars, policies. */
import { calendarsIn, editionNow } from '../calendar/index.ts';
import type { Edition, NamedCalendar } from '../calendar/index.ts';
import { fail } from '../kernel/errors.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import type { Tx } from '../platform/unit-of-work.ts';
import { currentHead, documentOf, headOf, policyHeads } from './policy.store.ts';
import type { PolicyHead } from './policy.store.ts';
import type { PolicyDocument } from './schema.ts';
import * as store from './store.ts';
import type { ClockRow } from './store.ts';

/** By what clocks are reckoned; which version and which calendar it is, each clock says. */
export interface Rulings {
  calendars: Edition;
  policies: readonly PolicyHead[];
}

/** Clocks as they stand, with what they are reckoned by. */
export interface Book extends Rulings {
  clocks: readonly ClockRow[];
}

/** A document with the number of its version. */
export interface Ruled {
  version: number;
  doc: PolicyDocument;
}

/** One trip, while nothing was published since it was last asked. */
export async function readRulings(db: Reader): Promise<Rulings> {
  const [calendars, policies] = await Promise.all([editionNow(db), policyHeads(db)]);
  return { calendars, policies };
}

/** Some clocks that are on their way, with what they are reckoned by. */
export async function bookOf(db: Reader, clocks: Promise<ClockRow[]>): Promise<Book> {
  const [rows, rulings] = await Promise.all([clocks, readRulings(db)]);
  return { ...rulings, clocks: rows };
}

/**
 * Every clock of an order, locked until the transaction ends. The order itself is locked before, in the
 * same trip or an earlier one: nobody starts another clock meanwhile.
 */
export const readBook = (db: DbTx, orderId: store.OrderRef): Promise<Book> =>
  bookOf(db, store.lockOrderClocks(db, orderId));

/** The version that holds now, with its document. */
const current = async (tx: Tx, { policies }: Rulings): Promise<PolicyHead | null> =>
  currentHead(tx.db, policies, tx.at);

const ruled = async (db: Reader, head: PolicyHead): Promise<Ruled> => ({
  version: head.version,
  doc: await documentOf(db, head),
});

/**
 * What rules a clock of each version: that version, or the one that holds where it was withdrawn. No
 * trip where this process knows the documents.
 */
export async function rulesOf(
  tx: Tx,
  book: Rulings,
  versions: readonly number[],
): Promise<Map<number, Ruled>> {
  const rules = new Map<number, Ruled>();
  for (const version of new Set(versions)) {
    const own = (await headOf(tx.db, book.policies, version))!;
    const head = own.withdrawn_at ? ((await current(tx, book)) ?? own) : own;
    rules.set(version, await ruled(tx.db, head));
  }
  return rules;
}

/**
 * What rules what begins on each order: the version the order itself began under, else the one that
 * holds now; a withdrawn version rules nothing new.
 * @throws AppError `not_ready` where no policy was loaded.
 */
export async function beginningRules(
  tx: Tx,
  book: Book,
  orderIds: readonly string[],
): Promise<Map<string, Ruled>> {
  const under = new Map(
    book.clocks.filter((r) => r.clock === 'citizen').map((r) => [r.order_id, r.policy_version]),
  );
  const rules = new Map<string, Ruled>();
  for (const id of new Set(orderIds)) {
    const version = under.get(id);
    const own = version === undefined ? null : await headOf(tx.db, book.policies, version);
    const head = own && !own.withdrawn_at ? own : await current(tx, book);
    rules.set(id, await ruled(tx.db, head ?? fail('not_ready', {}, 'no deadline policy')));
  }
  return rules;
}

/** The calendar of each unit; no trip where this process knows them. */
export const calendarsOf = (
  db: Reader,
  { calendars }: Rulings,
  organizationIds: readonly (string | null)[],
): Promise<Map<string | null, NamedCalendar>> => calendarsIn(db, calendars, organizationIds);

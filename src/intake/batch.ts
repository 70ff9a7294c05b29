/** Many demands in one transaction: what is read for them, whose key comes first, what is written. */
import { wrongCodes } from '../catalogue/index.ts';
import { readRulings } from '../deadline/index.ts';
import type { Rulings } from '../deadline/index.ts';
import { userIdOf } from '../kernel/actor.ts';
import { AppError } from '../kernel/errors.ts';
import type { DbTx } from '../platform/db.ts';
import { claimKeys, keyText, takeKeys, usedKeys } from '../platform/idempotency.ts';
import type { Claim } from '../platform/idempotency.ts';
import { onBehalf } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { keepClassification } from '../understanding/index.ts';
import { act, bindAttachments, createMany, formOwner, ownerOf } from '../workorder/index.ts';
import type { Incoming, Numbered } from '../workorder/index.ts';
import { keyOf } from './arrival.ts';
import type { Kept } from './arrival.ts';
import { giveAccess } from './codes.ts';
import { checkMayRegister, nameContacts, writeContacts } from './contacts.ts';
import { linkHandover } from './handover.store.ts';
import { knownOf, plan } from './plan.ts';
import type { Asked, Item, Planned } from './plan.ts';
import { classifierOf, hear, toKeep } from './understand.ts';

/** What stands for a demand that was done before, until it is answered from what is stored. */
export const REPEAT = new AppError('already_done');

/** What is read of the city for a batch, whatever the hour, and which of it came before. */
export const readFor = async (deps: Deps, db: DbTx, list: readonly Asked[]) => {
  const [wrong, classifier, rulings, used] = await Promise.all([
    wrongCodes(
      db,
      list.map((a) => a.arrival.matter),
    ),
    classifierOf(deps, db),
    readRulings(db),
    usedKeys(
      db,
      list.map((a) => keyOf(a.arrival)),
    ),
  ]);
  return { wrong, classifier, rulings, used };
};
type ReadFor = Awaited<ReturnType<typeof readFor>>;

/** Each as it is understood, or what is wrong with it. */
const heardOf = (list: readonly Asked[], read: ReadFor): (Item | AppError)[] =>
  list.map((asked, n) => {
    const { matter, channel } = asked.arrival;
    const issues = read.wrong[n]!;
    if (issues.length > 0) return new AppError('invalid_input', { issues });
    if (read.used.has(keyText(keyOf(asked.arrival)))) return REPEAT;
    return { ...asked, heard: hear(read.classifier, matter, channel) };
  });

/**
 * How the keys of a batch become its own: `taken` without waiting to hear whether somebody else, who
 * sends the same at this moment, was faster, which ends the whole batch; or `claimed`, one by one.
 */
export type Keys = 'taken' | 'claimed';

/** What became of a batch; the numbers of what was written come with the commit. */
export interface Stored {
  plans: readonly (Planned | AppError)[];
  numbers: Promise<ReadonlyMap<string, string>>;
}

/** Stores what is in order; each of the others has its error among the plans. */
export async function storeIn(
  deps: Deps,
  tx: Tx,
  asked: readonly Asked[],
  read: ReadFor,
  keys: Keys,
): Promise<Stored> {
  const list = heardOf(asked, read);
  const good = list.filter((item): item is Item => !(item instanceof AppError));
  const known = await knownOf(deps, tx, good);
  const plans = list.map((item) => (item instanceof AppError ? item : plan(known, item)));
  const valid = plans.filter((p): p is Planned => !(p instanceof AppError));
  const mine = keys === 'claimed' ? await claimed(tx, valid) : taken(tx, valid);
  return { plans, ...(await write(deps, tx, mine, read.rulings)) };
}

const claimsOf = (plans: readonly Planned[]): Claim[] =>
  plans.map((p) => ({
    ...keyOf(p.arrival),
    hash: p.hash,
    response: { orderId: p.orderId, contactId: p.contactId } satisfies Kept,
  }));

function taken(tx: Tx, plans: readonly Planned[]): readonly Planned[] {
  if (plans.length > 0) takeKeys(tx.db, claimsOf(plans));
  return plans;
}

async function claimed(tx: Tx, plans: readonly Planned[]): Promise<readonly Planned[]> {
  const won = plans.length > 0 ? await claimKeys(tx.db, claimsOf(plans)) : new Set<string>();
  return plans.filter((p) => won.has(keyText(keyOf(p.arrival))));
}

/** Writes requester, identity, contact, order, access and what was understood of each. */
async function write(
  deps: Deps,
  tx: Tx,
  mine: readonly Planned[],
  rulings: Rulings,
): Promise<Numbered> {
  await writeContacts(
    deps,
    tx,
    mine.flatMap((p) => p.contact ?? []),
  );
  await nameContacts(
    deps,
    tx,
    mine.flatMap((p) => p.told ?? []),
  );
  const made = await createMany(tx, mine.map(toIncoming), rulings);
  if (mine.length === 0) return made;
  await giveAccess(
    deps,
    tx.db,
    mine.map((p) => p.orderId),
  );
  await keepClassification(tx.db, toKeep(mine), tx.at);
  for (const p of mine) {
    await bindFiles(deps, tx, p);
    await recordHandover(tx, p);
  }
  return made;
}

/** Files come from who raises the demand, by their own hand or the operator's. */
async function bindFiles(deps: Deps, tx: Tx, { arrival, orderId }: Planned): Promise<void> {
  const { actor, key, attachmentIds: ids = [] } = arrival;
  if (ids.length === 0) return;
  const { party, organizationId } = checkMayRegister(actor);
  await bindAttachments(tx, {
    ids,
    owner: actor.kind === 'staff' ? ownerOf(actor) : formOwner(deps.crypto, key),
    orderId,
    visibility: actor.kind === 'staff' ? 'staff' : 'public',
    party,
    organizationId,
    fromRequester: true,
    actorId: userIdOf(actor),
  });
}

/** Transfer first, record after: with its order the hand-over is an act like any other. */
async function recordHandover(tx: Tx, { handover, orderId, arrival }: Planned): Promise<void> {
  if (!handover) return;
  await linkHandover(tx.db, handover.id, orderId);
  const own = onBehalf(tx, arrival.actor, arrival.traceId);
  const input = { target: handover.target, handoverId: handover.id, record: '' };
  await act(own, arrival.actor, orderId, 'transfer_emergency', null, input);
}

const toIncoming = (p: Planned): Incoming => {
  const verdict = checkMayRegister(p.arrival.actor);
  return {
    id: p.orderId,
    actor: p.arrival.actor,
    capacity: {
      party: verdict.party,
      organizationId: verdict.organizationId,
      traceId: p.arrival.traceId,
    },
    draft: {
      matter: p.heard.matter,
      channel: p.channel,
      contactId: p.contactId,
      requesterId: p.requesterId,
      anonymous: p.anonymous,
      flags: p.heard.flags,
      emergency: p.heard.emergency,
    },
  };
};

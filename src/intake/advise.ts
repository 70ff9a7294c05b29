/** What stands beside the operator's form while somebody speaks. Nothing of it is kept. */
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { addDays } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import { appNow } from '../platform/db.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { suggest } from '../routing/index.ts';
import type { RoutingSuggestion } from '../routing/schema.ts';
import type { Understanding } from '../understanding/schema.ts';
import { candidates, orderByTail, orderItems, ownByTail } from '../workorder/index.ts';
import type { Ended } from '../workorder/index.ts';
import { requestersOf } from './contacts.ts';
import { LIKE, OFFERED_MAX, REDO_DAYS, daysFor } from './rules.ts';
import type { Advice, AdviseInput } from './schema.ts';
import { rank } from './similar.ts';
import type { Ranked } from './similar.ts';
import { classifierOf } from './understand.ts';

/** States in which a demand waits for nobody's answer any more. */
const OVER: readonly string[] = ['closed', 'archived', 'merged', 'transferred'];
/** States in which an answer was given that can be wrong. */
const ANSWERED: readonly string[] = ['pending_callback', 'pending_close', 'closed'];

/**
 * What the words mean, who is responsible, what may be the same matter, which order is spoken of.
 * What was chosen already goes before what is guessed. Only for who takes demands in.
 * @throws AppError `not_allowed`, `not_ready` without a lexicon.
 */
export async function advise(deps: Deps, actor: StaffActor, input: AdviseInput): Promise<Advice> {
  if (!holds(actor, 'operator', 'dispatcher')) fail('not_allowed');
  const { content, address, channel, categoryCode, type } = input;
  const classifier = (await classifierOf(deps)) ?? fail('not_ready', {}, 'no lexicon');
  const understanding = classifier.understand({ content, address, channel });
  const chosen = { categoryCode, type };
  const { title } =
    categoryCode || type
      ? classifier.understand({ content, address, channel, chosen })
      : understanding;
  const now = await appNow(deps.db);
  const own = input.phone ? await requestersOf(deps, input.phone) : [];
  const { orderNoTail } = understanding.proposal;
  const [routing, alike, named] = await Promise.all([
    routingFor(deps, understanding, input, now),
    compared(deps, understanding, input, { own, now }),
    orderNoTail ? ownByTail(deps.db, orderNoTail, own) : [],
  ]);
  // Numbers end alike every day: who has an order of this number means no stranger's.
  const found = alike.filter(
    (r) => named.length === 0 || named.some(({ id }) => id === r.candidate.id),
  );
  const related = await relatedTo(deps, understanding, found, { named, now });
  const since = addDays(now, -daysFor(categoryOf(understanding, input)));
  const offered = found
    .filter((r) => r.score >= LIKE.offered && r.candidate.registeredAt >= since)
    .filter((r) => endsAsNamed(r, understanding))
    .slice(0, OFFERED_MAX);
  const items = await orderItems(deps.db, [
    ...offered.map((r) => r.candidate.id),
    ...(related ? [related.orderId] : []),
  ]);
  const relatedItem = related && items.get(related.orderId);
  return {
    understanding,
    title,
    routing,
    similar: offered.flatMap(({ candidate, score, because }) => {
      const order = items.get(candidate.id);
      return order ? [{ order, score, because }] : [];
    }),
    related: related && relatedItem ? { act: related.act, order: relatedItem } : null,
  };
}

/** Who names a number means that order and no other. */
const endsAsNamed = ({ candidate }: Ranked, { proposal: { orderNoTail } }: Understanding) =>
  orderNoTail === undefined || candidate.orderNo.endsWith(orderNoTail);

const categoryOf = (u: Understanding, input: AdviseInput): string | null =>
  input.categoryCode ?? u.categories[0]?.value ?? null;
const areaOf = (u: Understanding, input: AdviseInput): string | null =>
  input.areaCode ?? u.areas[0]?.value ?? null;

async function routingFor(
  deps: Deps,
  u: Understanding,
  input: AdviseInput,
  now: Date,
): Promise<RoutingSuggestion | null> {
  const categoryCode = categoryOf(u, input);
  if (!categoryCode) return null;
  const areaCode = areaOf(u, input);
  // Another category than the understood one may not know the subject that was understood.
  const guessed = categoryCode === u.categories[0]?.value ? u.subjectKind : null;
  const subjectKind = input.subjectKind ?? guessed;
  const q = { categoryCode, ...(areaCode && { areaCode }), ...(subjectKind && { subjectKind }) };
  return suggest(deps.db, q, now);
}

interface Asker {
  own: readonly string[];
  now: Date;
}

/** Whatever shares class, area or caller, the most alike first. */
async function compared(
  deps: Deps,
  u: Understanding,
  input: AdviseInput,
  { own, now }: Asker,
): Promise<Ranked[]> {
  const categoryCode = categoryOf(u, input);
  const areaCode = areaOf(u, input);
  const days = daysFor(categoryCode);
  // An answered order may have been raised long before it was closed.
  const reach = u.proposal.act === 'redo' ? Math.max(days, 3 * REDO_DAYS) : days;
  const list = await candidates(deps.db, {
    since: addDays(now, -reach),
    categoryCodes: [...new Set([categoryCode, ...u.categories.map((g) => g.value)])].flatMap(
      (c) => c ?? [],
    ),
    areaCodes: areaCode ? [areaCode] : [],
    requesterIds: own,
  });
  const side = { ...input, place: u.address, categoryCode, areaCode, at: now };
  return rank(side, list, { own, days });
}

interface Related {
  act: 'append' | 'redo' | 'progress_answer';
  orderId: string;
}

/** The order that the words speak of, where they speak of one. */
async function relatedTo(
  deps: Deps,
  u: Understanding,
  found: readonly Ranked[],
  { named: own, now }: { named: readonly Ended[]; now: Date },
): Promise<Related | null> {
  const { act, orderNoTail } = u.proposal;
  if (act !== 'append' && act !== 'redo' && act !== 'progress_answer') return null;
  const fits = (r: Ranked) =>
    act === 'redo' ? mayBeRedone(r, now) : !OVER.includes(r.candidate.state);
  if (orderNoTail) {
    const named = found.filter((r) => endsAsNamed(r, u));
    if (act === 'redo')
      return onlyOne(
        named.filter(fits).map((r) => r.candidate.id),
        act,
      );
    // None under this number is none: another order would be told of, or urged, in its place.
    const orderId =
      own.length > 0 ? onlyOpen(own) : await orderByTail(deps.db, orderNoTail, addDays(now, -60));
    return orderId ? { act, orderId } : null;
  }
  const caller = found.find((r) => r.sameCaller && fits(r));
  // Somebody else's only where it is plainly the same: for the progress of it a name is needed.
  const other =
    act === 'progress_answer'
      ? undefined
      : found.find(
          (r) => fits(r) && r.because.includes('same_place') && r.because.includes('same_category'),
        );
  const best = caller ?? other;
  return best ? { act, orderId: best.candidate.id } : null;
}

const onlyOne = ([orderId, ...more]: string[], act: Related['act']): Related | null =>
  orderId !== undefined && more.length === 0 ? { act, orderId } : null;

/** The one that is meant; which of several, or a confidential one, is not told. */
const onlyOpen = ([one, ...more]: readonly Ended[]): string | null =>
  one && more.length === 0 && !one.confidential ? one.id : null;

const mayBeRedone = ({ candidate: c }: Ranked, now: Date): boolean =>
  ANSWERED.includes(c.state) && (!c.closedAt || c.closedAt >= addDays(now, -REDO_DAYS));

/**
 * What the system does with a demand by itself: it accepts what nobody's hand brought in, and
 * dispatches what is plain. Whatever is not plain waits for a person, with the reasons.
 */
import { dispatchable } from '../identity/index.ts';
import { SYSTEM } from '../kernel/actor.ts';
import { addDays } from '../kernel/clock.ts';
import type { StoredEvent } from '../kernel/events.ts';
import type { DemandType, Party, WaitReason } from '../kernel/words.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { clearWait, keepWait, mayAccept, mayDispatch, suggest } from '../routing/index.ts';
import type { RoutingSuggestion } from '../routing/schema.ts';
import { classificationsOf } from '../understanding/index.ts';
import type { AutoThresholds } from '../understanding/index.ts';
import type { ClassificationView } from '../understanding/schema.ts';
import { act, candidates, lockOrder, provenance, wordsOf } from '../workorder/index.ts';
import type { OrderRow } from '../workorder/index.ts';
import { LIKE, daysFor } from './rules.ts';
import { rank } from './similar.ts';
import * as store from './store.ts';
import { classifierOf } from './understand.ts';

interface Case {
  deps: Deps;
  tx: Tx;
  order: OrderRow;
  understood: ClassificationView | null;
}

/**
 * Looks at the order as it is now, locked, whatever event asked for it: served twice or late it does
 * no harm, and a person who was quicker has won.
 */
export async function triage(deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const id = event.orderId;
  if (!id) return;
  const [order, views] = await Promise.all([lockOrder(tx.db, id), classificationsOf(tx.db, [id])]);
  if (order?.state !== 'registered' && order?.state !== 'pending_dispatch') return;
  const c: Case = { deps, tx, order, understood: views.get(order.id) ?? null };
  if (order.state === 'registered') await atTheDoor(c);
  else await beforeDispatch(c);
}

/** Without a lexicon nothing is sure enough. */
const NEVER: AutoThresholds = { accept: Infinity, dispatch: Infinity, peril: {} };
const autoOf = async ({ deps, tx }: Case): Promise<AutoThresholds> =>
  (await classifierOf(deps, tx.db))?.auto ?? NEVER;

const chosenIn = (o: OrderRow) => ({
  type: o.type,
  categoryCode: o.category_code,
  urgency: o.urgency,
});

/** Whose hand brought the order in, and whether more was said of it since. */
const cameFrom = ({ tx, order }: Case) => provenance(tx.db, order.id, order.round);

const factsOf = (c: Case, threshold: number, supplemented: boolean) => ({
  emergency: c.order.emergency !== null || c.order.flags.includes('emergency'),
  round: c.order.round,
  supplemented,
  understood: c.understood,
  chosen: chosenIn(c.order),
  threshold,
});

/** Hands that accept for themselves; what they brought in is theirs until they say so. */
const TAKES_IN: readonly Party[] = ['operator', 'dispatcher'];
/** What is worth saying of a demand that an operator has at hand. */
const SAID_TO_OPERATOR: readonly WaitReason[] = ['emergency', 'proposal'];

/** Whether a danger may hide in what was chosen, or else understood, or is hinted at. */
function inPeril({ order, understood }: Case, peril: AutoThresholds['peril']): boolean {
  if (understood?.hints.includes('emergency')) return true;
  const type = (order.type as DemandType | null) ?? understood?.type ?? 'other';
  const codes = [order.category_code, understood?.categoryCode];
  return codes.some((code) => code && peril[code.slice(0, 4)]?.includes(type));
}

async function atTheDoor(c: Case): Promise<void> {
  const [auto, { party, supplemented }] = await Promise.all([autoOf(c), cameFrom(c)]);
  const facts = factsOf(c, auto.accept, supplemented);
  const reasons = mayAccept({ ...facts, peril: inPeril(c, auto.peril) });
  if (TAKES_IN.includes(party)) {
    return waitFor(
      c,
      reasons.filter((r) => SAID_TO_OPERATOR.includes(r)),
    );
  }
  if (reasons.length > 0) return waitFor(c, reasons);
  const { order, understood } = c;
  const areaCode = order.area_code ?? understood!.areaCode;
  const subjectKind = order.subject_kind ?? understood!.subjectKind;
  await act(c.tx, SYSTEM, order.id, 'accept', order.version, {
    type: order.type ?? understood!.type!,
    categoryCode: order.category_code ?? understood!.categoryCode!,
    urgency: order.urgency ?? understood!.urgency!,
    ...(areaCode && { areaCode }),
    ...(subjectKind && { subjectKind }),
    title: '',
  });
}

async function suggestionFor({ tx, order }: Case): Promise<RoutingSuggestion | null> {
  const { category_code: categoryCode, area_code: areaCode, subject_kind: subjectKind } = order;
  if (!categoryCode) return null;
  const asked = {
    categoryCode,
    ...(areaCode && { areaCode }),
    ...(subjectKind && { subjectKind }),
  };
  return suggest(tx.db, asked, tx.at);
}

async function beforeDispatch(c: Case): Promise<void> {
  const { tx, order } = c;
  const [auto, { supplemented }, suggestion, duplicate] = await Promise.all([
    autoOf(c),
    cameFrom(c),
    suggestionFor(c),
    likelyDuplicate(c),
  ]);
  const lead = suggestion?.lead ?? null;
  const coIds = suggestion?.co.map((u) => u.id) ?? [];
  const wanted = lead ? [lead.id, ...coIds] : [];
  const able = await dispatchable(tx.db, wanted);
  const reasons = mayDispatch({
    ...factsOf(c, auto.dispatch, supplemented),
    confidential: order.confidential,
    wary: c.understood?.hints.includes('confidential') ?? false,
    flags: order.flags,
    suggestion: suggestion && {
      hasLead: lead !== null,
      steps: suggestion.steps.map((s) => s.code),
    },
    unitsAble: wanted.every((id) => able.has(id)),
    duplicate,
  });
  if (!lead || reasons.length > 0) return waitFor(c, reasons, lead?.id);
  const input = { leadId: lead.id, coIds, mode: 'single', note: '' } as const;
  await act(tx, SYSTEM, order.id, 'dispatch', order.version, input);
}

/** States in which the matter is still open with somebody. */
const OPEN: readonly string[] = [
  'registered',
  'awaiting_supplement',
  'pending_dispatch',
  'in_conference',
  'dispatched',
  'in_progress',
  'suspended',
  'pending_audit',
];

/** Whether an earlier order of the same class and place, still open, says nearly the same. */
async function likelyDuplicate({ deps, tx, order }: Case): Promise<boolean> {
  const { category_code: categoryCode, area_code: areaCode, registered_at: at } = order;
  const own = order.requester_id ? await store.requestersLike(tx.db, order.requester_id) : [];
  const days = daysFor(categoryCode);
  const list = await candidates(tx.db, {
    since: addDays(at, -days),
    categoryCodes: categoryCode ? [categoryCode] : [],
    areaCodes: areaCode ? [areaCode] : [],
    requesterIds: own,
    except: order.id,
  });
  const earlier = list.filter(
    (o) =>
      OPEN.includes(o.state) &&
      (o.registeredAt < at || (o.registeredAt.getTime() === at.getTime() && o.id < order.id)),
  );
  if (earlier.length === 0) return false;
  const { content, address } = await wordsOf(tx.db, order.id);
  const classifier = await classifierOf(deps, tx.db);
  const understanding = classifier?.understand({ content, address, channel: order.channel });
  const place = understanding?.address ?? null;
  const side = { content, address, place, categoryCode, areaCode, at };
  return rank(side, earlier, { own, days }).some(
    ({ score, because }) =>
      score >= LIKE.duplicate &&
      because.includes('same_place') &&
      because.includes('same_category'),
  );
}

/** Keeps why a person is waited for; the desks hear of it where it is news. */
async function waitFor(
  { tx, order, understood }: Case,
  reasons: readonly WaitReason[],
  suggestedLeadId: string | null = null,
): Promise<void> {
  const { id: orderId, round, version } = order;
  if (reasons.length === 0) return clearWait(tx.db, orderId, round);
  const score = understood?.score ?? null;
  const wait = { orderId, round, reasons, suggestedLeadId, score, at: tx.at };
  if (!(await keepWait(tx.db, wait))) return;
  tx.record({
    type: 'routing.waits',
    subjectType: 'work_order',
    subjectId: orderId,
    orderId,
    version,
    payload: { round },
  });
}

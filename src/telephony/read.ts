/** Calls as they are shown: an operator sees the numbers of their own calls, others see them masked. */
import { userNames, worksInCenter } from '../identity/index.ts';
import { callerHistory, channelPolicyOf, ordersOfContact, ownsContact } from '../intake/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { holds } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { maskPhone, whoSees } from '../workorder/index.ts';
import { listeningsOf, recordingsOf } from './recording.store.ts';
import type { Heard, RecordingRow } from './recording.store.ts';
import { speakerOf } from './rules.ts';
import { restrictionsOf, warnedIn, warningsOf } from './restricted.store.ts';
import type { RestrictedRow } from './restricted.store.ts';
import type { CallView, DeskCallView, LegView, RecordingView } from './schema.ts';
import * as seats from './seat.store.ts';
import type { OfferRow } from './seat.store.ts';
import * as store from './store.ts';
import type { CallRow, LegRow } from './store.ts';

/** Calls of one contact, and of one desk, that are shown. */
const CALLS_MAX = 20;
/** Listenings of one recording that are shown, the newest. */
const HEARD_MAX = 5;

/** Who may know of calls that are not theirs by number and recording; the centre knows when they were. */
const OVERSEERS = ['supervisor', 'center_admin', 'callback_agent', 'auditor'] as const;

/** What rings at this operator, and what they speak to; nothing for others. */
export async function myCalls(deps: Deps, actor: StaffActor): Promise<CallView[]> {
  if (!holds(actor, 'operator')) return [];
  const [offer, speaking] = await Promise.all([
    seats.offerTo(deps.db, actor.userId),
    store.speakingCalls(deps.db, actor.userId, CALLS_MAX),
  ]);
  const ringing = offer ? await store.callsById(deps.db, [offer.call_id]) : [];
  return callViews(deps, actor, [...ringing, ...speaking]);
}

/** One's own calls as the desk shows them: whoever is on the line with their earlier orders. */
export async function deskCalls(
  deps: Deps,
  actor: StaffActor,
  rows: readonly CallRow[],
): Promise<DeskCallView[]> {
  const known = await aroundOf(deps, rows);
  // Of a call that was passed on nothing is looked up.
  const callerOf = (row: CallRow) => (isMine(actor, row, known) ? historyOf(deps, row) : null);
  const [views, callers, warned] = await Promise.all([
    callViews(deps, actor, rows, known),
    Promise.all(rows.map(callerOf)),
    warnedIn(
      deps.db,
      rows.map((r) => r.id),
    ),
  ]);
  return views.map((view, i) => ({
    ...view,
    warnedNow: warned.has(view.id),
    caller: callers[i]!,
  }));
}

/** What tells whose a call is now. */
interface Known {
  offers: readonly OfferRow[];
  legs: readonly LegRow[];
}

async function aroundOf(deps: Deps, rows: readonly CallRow[]): Promise<Known> {
  const ids = rows.map((r) => r.id);
  const [offers, legs] = await Promise.all([
    seats.openOffersOf(deps.db, ids),
    store.legsOf(deps.db, ids),
  ]);
  return { offers, legs };
}

/**
 * Whether this operator's telephone has the call, or rings with it; of one that is over, whether they
 * had it last. Who passed it on, to a number outside too, has it no more.
 */
function isMine(actor: StaffActor, row: CallRow, { offers, legs }: Known): boolean {
  if (offers.some((o) => o.call_id === row.id && o.user_id === actor.userId)) return true;
  if (row.operator_id !== actor.userId) return false;
  if (row.state !== 'talking' && row.state !== 'held') return true;
  const own = legs.filter((l) => l.call_id === row.id);
  return speakerOf(own.map((l) => ({ ...l, userId: l.user_id }))) === actor.userId;
}

async function historyOf(deps: Deps, row: CallRow): Promise<DeskCallView['caller']> {
  if (row.state === 'ended' || !row.phone_ct) return null;
  return callerHistory(deps, numberIn(deps, row.phone_ct, row.id));
}

/** @throws AppError `not_found`: it neither rang at this operator nor is theirs, and they oversee none. */
export async function oneCall(deps: Deps, actor: StaffActor, id: string): Promise<CallView> {
  const row = (await store.findCall(deps.db, id)) ?? fail('not_found');
  if (!(await knownOf(deps, actor, [row])).has(id)) fail('not_found');
  return (await callViews(deps, actor, [row]))[0]!;
}

/** Which of these calls one knows with number and recordings: one's own, those that rang here, or all. */
async function knownOf(
  deps: Deps,
  actor: StaffActor,
  rows: readonly CallRow[],
): Promise<Set<string>> {
  const ids = rows.map((r) => r.id);
  if (holds(actor, ...OVERSEERS)) return new Set(ids);
  const own = rows.filter((r) => r.operator_id === actor.userId).map((r) => r.id);
  return new Set([...own, ...(await seats.offeredTo(deps.db, ids, actor.userId))]);
}

/**
 * The calls of a contact, for the order page: whose call it was and overseers with recordings; others
 * of the centre, and units whose order is of this contact, without them and without numbers.
 * @throws AppError `not_found` for everybody else.
 */
export async function callsOfContact(
  deps: Deps,
  actor: StaffActor,
  contactId: string,
): Promise<CallView[]> {
  const orders = await ordersOfContact(deps.db, contactId);
  const sees = await whoSees(deps.db, orders);
  const center = worksInCenter(actor);
  if (!center && !orders.some((id) => sees(actor, id))) fail('not_found');
  const rows = await store.callsOfContact(deps.db, contactId, CALLS_MAX);
  // What came in by another way has no calls; a contact that is not one's and holds nothing is nothing.
  const empty = rows.length === 0 && orders.length === 0;
  if (empty && !(await ownsContact(deps.db, contactId, actor.userId))) fail('not_found');
  const views = await callViews(deps, actor, rows);
  const known = center ? await knownOf(deps, actor, rows) : new Set<string>();
  const seen = center ? {} : { orderIds: orders.filter((id) => sees(actor, id)) };
  return views.map((v) => (known.has(v.id) ? v : { ...v, ...OTHERS_SEE, ...seen }));
}

/** Of a caller others see what stands on the order, nothing besides. */
const OTHERS_SEE = { phone: null, restricted: null, warnings: 0, recordings: [] };

/**
 * @param rows that this person may see.
 * @param known open offers and legs of these, where they were read already.
 */
export async function callViews(
  deps: Deps,
  actor: StaffActor,
  rows: readonly CallRow[],
  known?: Known,
): Promise<CallView[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((r) => r.id);
  const hmacs = rows.flatMap((r) => r.phone_hmac ?? []);
  const [around, recordings, restricted, warnings, orders] = await Promise.all([
    known ?? aroundOf(deps, rows),
    recordingsOf(deps.db, ids),
    restrictionsOf(deps.db, hmacs),
    warnedOf(deps, hmacs),
    Promise.all(rows.map((r) => (r.contact_id ? ordersOfContact(deps.db, r.contact_id) : []))),
  ]);
  const { legs, offers } = around;
  const heard = await heardBy(deps, actor, recordings);
  const names = await namesOf(deps, actor, legs, heard);
  return rows.map((row, i) => {
    const offer = offers.find((o) => o.call_id === row.id);
    const mine = isMine(actor, row, around);
    return {
      ...frame(row),
      phone: phoneOf(deps, row, mine && row.state !== 'ended'),
      erased: row.erased_at !== null,
      ringsUntil: offer?.until.toISOString() ?? null,
      mine,
      restricted: restrictedView(deps, restricted.get(row.phone_hmac ?? '')),
      warnings: warnings.get(row.phone_hmac ?? '') ?? 0,
      legs: legs.filter((l) => l.call_id === row.id).map((l) => legView(l, names)),
      recordings: recordings
        .filter((r) => r.call_id === row.id)
        .map((r) => recordingView(r, heard, names)),
      orderIds: orders[i]!,
    };
  });
}

/** Warnings of these numbers within the policy's window. */
async function warnedOf(deps: Deps, hmacs: readonly string[]): Promise<Map<string, number>> {
  if (hmacs.length === 0) return new Map();
  const { abuse } = (await channelPolicyOf(deps.db)).document.telephony;
  return warningsOf(deps.db, hmacs, abuse.withinDays);
}

const frame = (row: CallRow) => ({
  id: row.id,
  contactId: row.contact_id,
  state: row.state,
  outcome: row.outcome,
  direction: row.direction,
  called: row.called,
  skill: row.skill,
  enteredAt: row.entered_at.toISOString(),
  offeredAt: row.offered_at?.toISOString() ?? null,
  answeredAt: row.answered_at?.toISOString() ?? null,
  endedAt: row.ended_at?.toISOString() ?? null,
});

function phoneOf(deps: Deps, row: CallRow, full: boolean): string | null {
  if (!row.phone_ct) return null;
  const number = numberIn(deps, row.phone_ct, row.id);
  return full ? number : maskPhone(number);
}

const numberIn = (deps: Deps, sealed: Buffer, callId: string): string =>
  deps.crypto.open(sealed, `${callId}/phone`);

const restrictedView = (deps: Deps, r: RestrictedRow | undefined): CallView['restricted'] =>
  r
    ? {
        level: 'refused',
        reason: r.reason_ct ? deps.crypto.open(r.reason_ct, `${r.id}/reason`) : '',
        until: r.until.toISOString(),
      }
    : null;

/** Who listened is for those who oversee; null for others. */
const heardBy = async (
  deps: Deps,
  actor: StaffActor,
  recordings: readonly RecordingRow[],
): Promise<Map<string, Heard> | null> =>
  holds(actor, 'supervisor', 'center_admin')
    ? listeningsOf(
        deps.db,
        recordings.map((r) => r.id),
        HEARD_MAX,
      )
    : null;

/** Names of who spoke and who listened; people of other units learn none. */
async function namesOf(
  deps: Deps,
  actor: StaffActor,
  legs: readonly LegRow[],
  heard: Map<string, Heard> | null,
): Promise<Map<string, string>> {
  if (!worksInCenter(actor)) return new Map();
  const spoke = legs.flatMap((l) => l.user_id ?? []);
  const listened = [...(heard?.values() ?? [])].flatMap((h) => h.last.map((l) => l.user_id));
  return userNames(deps.db, [...spoke, ...listened]);
}

const recordingView = (
  r: RecordingRow,
  heard: Map<string, Heard> | null,
  names: Map<string, string>,
): RecordingView => ({
  id: r.id,
  seconds: r.seconds,
  until: r.until.toISOString(),
  heard: heard && {
    times: heard.get(r.id)?.times ?? 0,
    last: (heard.get(r.id)?.last ?? []).map((l) => ({
      who: names.get(l.user_id) ?? '',
      at: l.at.toISOString(),
    })),
  },
});

const legView = (l: LegRow, names: Map<string, string>): LegView => ({
  legId: l.leg_id,
  kind: l.kind,
  target: l.target,
  who: (l.user_id && names.get(l.user_id)) || null,
  mode: l.mode === '' ? null : l.mode,
  beganAt: l.began_at.toISOString(),
  endedAt: l.ended_at?.toISOString() ?? null,
});

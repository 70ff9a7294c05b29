/** What is said of a call goes into its ledger; the row, the seats and everything else follow from that. */
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { ChannelPolicy } from '../intake/index.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { maskPhone } from '../workorder/index.ts';
import { followContact, followEmergencies } from './contact.ts';
import { closeReturns, wantReturn } from './returns.ts';
import { EMERGENCY_PRIORITY, bareNumber, callFacts, plausible } from './rules.ts';
import type { CallFacts, Said, Told } from './rules.ts';
import * as seats from './seat.store.ts';
import type { OfferResult } from './limits.ts';
import { setSeats } from './seats.ts';
import * as store from './store.ts';
import type { Around, CallRow, EventRow } from './store.ts';

/** Entries of one call; more are a fault of the switch. */
export const EVENTS_MAX = 1_000;

export type TelephonyPolicy = ChannelPolicy['telephony'];

/** One thing that is said of a call. */
export interface Saying {
  at: Date;
  said: Said;
  userId?: string | null;
}

/**
 * Reads the call, or makes it of nothing; then nobody else changes it until the transaction ends.
 * @param isNew nobody knew of it a moment ago.
 * @throws AppError `window_over` for a call whose days are over.
 */
export async function callNamed(
  tx: Tx,
  source: string,
  externalId: string,
  at: Date,
  isNew = false,
): Promise<CallRow> {
  const known = isNew ? null : await store.lockNamed(tx.db, source, externalId);
  const call = known ?? (await make(tx, source, externalId, at));
  // What was said before is gone: of its last word alone it would become another call.
  return call.erased_at ? fail('window_over') : call;
}

async function make(tx: Tx, source: string, externalId: string, at: Date): Promise<CallRow> {
  const row = { id: newId(), source, external_id: externalId, direction: 'in' as const };
  const made = await store.insertCall(tx.db, { ...row, at: plausible(at, tx.at), now: tx.at });
  return made ?? (await store.lockNamed(tx.db, source, externalId))!;
}

/**
 * Adds to the ledger, and makes the call anew of all that stands there.
 * @returns the call as it was, and false, when exactly this was said before: then nothing happens.
 */
export async function hear(
  deps: Deps,
  tx: Tx,
  call: CallRow,
  saying: Saying,
  policy: TelephonyPolicy,
): Promise<{ call: CallRow; isNews: boolean }> {
  const entry = entryOf(deps, tx, call, saying);
  const around = await store.addEvent(tx.db, call.id, entry, EVENTS_MAX + 1);
  if (!around) return { call, isNews: false };
  if (around.events.length >= EVENTS_MAX) fail('invalid_input', {}, 'too many events of one call');
  const facts = callFacts([...around.events, entry].map((e) => toldOf(deps, e)));
  return { call: await reckon(deps, tx, { call, facts, around }, policy), isNews: true };
}

function entryOf(deps: Deps, tx: Tx, call: CallRow, s: Saying): EventRow {
  const id = newId();
  const text = JSON.stringify(s.said);
  return {
    id,
    type: s.said.type,
    at: s.at,
    fingerprint: deps.crypto.mac('request', `${call.id}/${s.at.toISOString()}/${text}`),
    body_ct: deps.crypto.seal(text, id),
    user_id: s.userId ?? null,
    received_at: tx.at,
  };
}

const toldOf = (deps: Deps, e: EventRow): Told => ({
  at: e.at,
  receivedAt: e.received_at,
  fingerprint: e.fingerprint,
  userId: e.user_id,
  said: JSON.parse(deps.crypto.open(e.body_ct, e.id)) as Said,
});

/**
 * Makes the call's row from its ledger and sets right what depends on it: the offer, the seats, the
 * contact, calls to return, hand-overs. Done twice it changes nothing more.
 */
async function reckon(
  deps: Deps,
  tx: Tx,
  { call, facts, around }: { call: CallRow; facts: CallFacts; around: Around },
  policy: TelephonyPolicy,
): Promise<CallRow> {
  const isOpen = await settleOffer(tx, facts, around);
  const moved = await setSeats(tx, call, facts, around, policy);
  const row: CallRow = { ...call, ...numberOf(deps, call, facts), ...rowOf(call, facts, isOpen) };
  row.contact_id = await followContact(deps, tx, { before: call, row, facts });
  await store.updateCall(tx.db, call.id, changesOf(row));
  const legs = facts.legs.map((l) => ({ ...l, shown: shown(l) }));
  if (legs.length > 0 || call.answered_at) await store.replaceLegs(tx.db, call.id, legs);
  await followEmergencies(tx, row, facts);
  await followReturns(tx, call, row, policy);
  announce(tx, call, row, [...moved, ...(around.offer ? [around.offer.user_id] : [])]);
  return row;
}

/** Digits of an extension, or of a service's short number: nobody's own. */
const SHORT = /^\d{2,6}$/;

/** A number outside is somebody's: only its masked form stands in the leg. */
const shown = ({ kind, target }: CallFacts['legs'][number]): string =>
  kind !== 'outside' || SHORT.test(target) ? target : maskPhone(target.replace(/\D/g, ''));

function numberOf(
  deps: Deps,
  call: CallRow,
  facts: CallFacts,
): Pick<CallRow, 'phone_hmac' | 'phone_ct'> {
  const number = bareNumber(facts.from);
  const hmac = number && deps.crypto.mac('phone', number);
  if (hmac === call.phone_hmac) return { phone_hmac: hmac, phone_ct: call.phone_ct };
  return {
    phone_hmac: hmac,
    phone_ct: number === null ? null : deps.crypto.seal(number, `${call.id}/phone`),
  };
}

/** What the switch's words make of an open offer. @returns whether it is open still. */
async function settleOffer(tx: Tx, facts: CallFacts, { offer }: Around): Promise<boolean> {
  if (!offer) return false;
  const spoke = facts.legs.some((l) => l.userId === offer.user_id);
  const result: OfferResult | null = spoke
    ? 'answered'
    : facts.legs.length > 0
      ? 'withdrawn'
      : facts.state === 'ended'
        ? 'gone'
        : null;
  if (result) await seats.closeOffer(tx.db, offer.id, result, tx.at);
  return result === null;
}

function rowOf(call: CallRow, facts: CallFacts, isOffered: boolean) {
  const emergency = facts.skill === 'emergency' ? EMERGENCY_PRIORITY : 0;
  const waits = isOffered ? ('offered' as const) : ('queued' as const);
  return {
    called: facts.called,
    skill: facts.skill,
    priority: Math.max(call.priority, emergency),
    state: facts.state === 'waiting' ? waits : facts.state,
    outcome: facts.outcome,
    entered_at: facts.enteredAt,
    answered_at: facts.answeredAt,
    ended_at: facts.endedAt,
    ended_by: facts.endedBy,
    end_reason: facts.endReason,
    operator_id: facts.operatorId,
  };
}

function changesOf(row: CallRow): Parameters<typeof store.updateCall>[2] {
  const { id: _id, source: _source, external_id: _name, created_at: _made, ...rest } = row;
  return rest;
}

async function followReturns(tx: Tx, before: CallRow, row: CallRow, policy: TelephonyPolicy) {
  if (row.direction !== 'in' || !row.phone_hmac) return;
  if (row.outcome === 'answered') {
    if (before.outcome !== 'answered') await closeReturns(tx, row);
  } else if (row.outcome === 'abandoned' || row.outcome === 'missed') {
    await wantReturn(tx, row, policy);
  }
}

/** Who is concerned is told to look again. */
function announce(tx: Tx, before: CallRow, row: CallRow, others: readonly string[]): void {
  const people = [before.operator_id, row.operator_id, ...others];
  const userIds = [...new Set(people.filter((p) => p !== null))];
  const over = row.state === 'ended' && before.state !== 'ended';
  tx.record({
    type: over ? 'call.ended' : 'call.changed',
    subjectType: 'call',
    subjectId: row.id,
    payload: { callId: row.id, userIds },
  });
}

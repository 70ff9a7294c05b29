/** A call is a contact: opened at ringing, its operator's once answered, over when the call is. */
import {
  endContact,
  nameContact,
  noteHandoverLeg,
  openContact,
  takeContact,
} from '../intake/index.ts';
import type { EmergencyTarget } from '../kernel/words.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { bareNumber } from './rules.ts';
import type { CallFacts } from './rules.ts';
import type { CallRow } from './store.ts';

/** Who calls, as far as the switch knows; numbers that nobody could call back are left out. */
function requesterOf(facts: CallFacts) {
  const number = bareNumber(facts.from);
  const phone = number && /^\d{5,15}$/.test(number) ? number : null;
  return phone
    ? { kind: 'natural' as const, name: '', phone }
    : { kind: 'anonymous' as const, name: '' };
}

/** Brings the contact to where the call is. @returns its id. */
export async function followContact(
  deps: Deps,
  tx: Tx,
  { before, row, facts }: { before: CallRow; row: CallRow; facts: CallFacts },
): Promise<string> {
  const contactId = await contactOf(deps, tx, before, row, facts);
  const taken = before.contact_id === null ? null : before.operator_id;
  if (row.operator_id && row.operator_id !== taken)
    await takeContact(tx, contactId, row.operator_id);
  if (row.state === 'ended' && before.state !== 'ended') await endContact(tx, contactId);
  return contactId;
}

async function contactOf(deps: Deps, tx: Tx, before: CallRow, row: CallRow, facts: CallFacts) {
  const requester = requesterOf(facts);
  const contactId = before.contact_id;
  if (contactId === null)
    return (await openContact(deps, tx, { channel: 'phone', requester, operatorId: null }))
      .contactId;
  // The number was told later than the call.
  if (before.phone_hmac !== row.phone_hmac)
    await nameContact(deps, tx, { contactId, channel: 'phone', requester });
  return contactId;
}

/** Each leg to an emergency number stands in the hand-over of the contact. */
export async function followEmergencies(tx: Tx, row: CallRow, facts: CallFacts): Promise<void> {
  for (const [i, leg] of facts.legs.entries()) {
    if (leg.kind !== 'emergency') continue;
    const operatorId = facts.legs.slice(0, i).findLast((l) => l.userId)?.userId;
    // A switch that puts a caller through before anybody spoke keeps its own record of it: the leg.
    if (!operatorId) continue;
    const target = leg.target as EmergencyTarget;
    await noteHandoverLeg(tx, { contactId: row.contact_id!, target, legId: leg.legId, operatorId });
  }
}

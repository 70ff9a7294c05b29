/** Who raised an order: kept encrypted, shown masked, revealed for a reason. */
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { KEY_ID } from '../platform/crypto.ts';
import type { Crypto } from '../platform/crypto.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import { inTransaction, unkept } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { maskName, maskPhone } from './rules.ts';
import type { RequesterView } from './schema.ts';
import * as store from './requester.store.ts';
import { visibleOrder } from './visible.ts';
import type { Loaded } from './visible.ts';

/** Roles that may have to reach the citizen. */
const CENTER_REVEALERS = ['operator', 'dispatcher', 'callback_agent', 'supervisor'] as const;
const UNIT_REVEALERS = ['unit_receiver', 'handler', 'unit_leader', 'command_room'] as const;

function mayReveal(actor: StaffActor, l: Loaded): boolean {
  if (l.order.confidential || !l.order.requester_id) return false;
  if (holds(actor, ...CENTER_REVEALERS)) return true;
  // Who asked to stay unnamed is called by the centre, never by the unit.
  if (l.order.anonymous) return false;
  return l.assignments.some(
    (a) =>
      a.state !== 'pending_sign' &&
      a.state !== 'cancelled' &&
      a.state !== 'returned' &&
      actor.grants.some(
        (g) =>
          g.organizationId === a.organization_id &&
          (UNIT_REVEALERS as readonly string[]).includes(g.role),
      ),
  );
}

/** The masked view; empty for a confidential demand. */
export async function requesterView(
  deps: { db: Reader; crypto: Crypto },
  actor: StaffActor,
  l: Loaded,
): Promise<RequesterView> {
  const none = {
    kind: 'anonymous' as const,
    name: null,
    phone: null,
    canReveal: false,
    hidden: l.order.confidential,
  };
  if (!l.order.requester_id || l.order.confidential) return none;
  const known = await openIdentity(deps, l.order.requester_id);
  if (!known) return none;
  return {
    kind: known.kind,
    name: known.name === '' ? null : maskName(known.name),
    phone: known.phone === '' ? null : maskPhone(known.phone),
    canReveal: known.phone !== '' && mayReveal(actor, l),
    hidden: false,
  };
}

/** Name and telephone in clear; for sending a notice, or through `reveal`. Never log the answer. */
export const openIdentity = async (
  deps: { db: Reader; crypto: Crypto },
  requesterId: string,
): Promise<Identity | null> => (await openIdentities(deps, [requesterId])).get(requesterId) ?? null;

/** The same of several, by requester; who is unknown is left out. */
export async function openIdentities(
  deps: { db: Reader; crypto: Crypto },
  requesterIds: readonly string[],
): Promise<Map<string, Identity>> {
  const rows = await store.findIdentities(deps.db, requesterIds);
  return new Map(
    rows.map((row) => {
      const open = (ct: Buffer | null, field: string) =>
        ct ? deps.crypto.open(ct, `${row.requester_id}/${field}`) : '';
      const kind = row.kind as RequesterView['kind'];
      const [name, phone] = [open(row.name_ct, 'name'), open(row.phone_ct, 'phone')];
      return [row.requester_id, { kind, name, phone, erased: row.erased_at !== null }];
    }),
  );
}

interface Identity {
  kind: RequesterView['kind'];
  name: string;
  phone: string;
  /** Their days are over: name and number were told and are forgotten. */
  erased: boolean;
}

/** Encrypts and keeps who a requester is. */
export async function keepIdentities(
  db: DbTx,
  crypto: Crypto,
  list: { requesterId: string; kind: string; name: string; phone: string }[],
): Promise<void> {
  const seal = (text: string, id: string, field: string) =>
    text === '' ? null : crypto.seal(text, `${id}/${field}`);
  await store.insertIdentities(
    db,
    list.map((i) => ({
      requester_id: i.requesterId,
      kind: i.kind,
      key_id: KEY_ID,
      name_ct: seal(i.name, i.requesterId, 'name'),
      phone_ct: seal(i.phone, i.requesterId, 'phone'),
    })),
  );
}

/** Forgets name and number of requesters whose days are over; who raised an order is kept with it. */
export const eraseIdentities = (tx: Tx, requesterIds: readonly string[]): Promise<void> =>
  store.eraseIdentities(tx.db, requesterIds, tx.at);

/** Shows one number once, for a stated reason; the reading is logged with its reader. */
export async function revealRequester(
  deps: Deps,
  actor: StaffActor,
  orderId: string,
  reason: string,
  call?: Call,
): Promise<{ name: string; phone: string }> {
  return inTransaction(
    deps,
    actor,
    async (tx) => {
      const loaded = await visibleOrder(tx.db, actor, orderId);
      if (!mayReveal(actor, loaded)) fail('not_allowed');
      const known = await openIdentity(
        { db: tx.db, crypto: deps.crypto },
        loaded.order.requester_id!,
      );
      if (!known || known.phone === '') fail('requester_unreachable');
      await store.insertRevealReason(tx.db, {
        id: newId(),
        orderId,
        userId: actor.userId,
        reason,
        at: tx.at,
      });
      tx.record({
        type: 'requester.revealed',
        subjectType: 'work_order',
        subjectId: orderId,
        orderId,
        payload: { field: 'phone', reasonGiven: true },
      });
      return { name: known.name, phone: known.phone };
    },
    // Name and number are in the answer: it is never kept.
    unkept(call),
  );
}

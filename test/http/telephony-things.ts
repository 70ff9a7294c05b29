/** Calls, recordings and calls to return, as the walk of permissions asks for them. */
import { randomUUID } from 'node:crypto';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { newId } from '../../src/kernel/ids.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { putSeat } from '../../src/telephony/desk.ts';
import { takeEvent } from '../../src/telephony/events.ts';
import type { CtiEvent } from '../../src/telephony/schema.ts';
import type { World } from '../world.ts';

let numbers = 13_900_000_000;
let extensions = 7000;

export function telephonyThings(w: World) {
  const tell = (body: CtiEvent) =>
    inTransaction(w.deps, SYSTEM, (tx) => takeEvent(w.deps, tx, { source: 'things', body }));
  const now = async () => (await w.now()).toISOString();
  const ring = async (): Promise<string> => {
    const callId = randomUUID();
    const from = String(++numbers);
    await tell({ type: 'call.ringing', callId, at: await now(), from, to: '12345' });
    return callId;
  };
  const row = (callId: string) =>
    w.db.selectFrom('call').selectAll().where('external_id', '=', callId).executeTakeFirstOrThrow();

  /** A call that this operator speaks to; its id. */
  async function talking(login: string): Promise<string> {
    const { actor } = await w.as(login);
    const seat = await w.db.selectFrom('seat').select(['extension', 'state', 'call_id']).where('user_id', '=', actor.userId).executeTakeFirst(); // prettier-ignore
    // A telephone has one call: the last one is over.
    if (seat?.state === 'talking') await over(seat.call_id!);
    const target = seat && seat.state !== 'offline' ? seat.extension : String(++extensions);
    if (target !== seat?.extension || seat.state === 'offline')
      await putSeat(w.deps, actor, { state: 'ready', extension: target });
    const callId = await ring();
    await tell({ type: 'call.answered', callId, at: await now(), legId: 'l', target });
    return (await row(callId)).id;
  }

  async function over(id: string): Promise<void> {
    const { external_id: callId } = await w.db.selectFrom('call').select('external_id').where('id', '=', id).executeTakeFirstOrThrow(); // prettier-ignore
    await tell({ type: 'call.ended', callId, at: await now(), by: 'caller' });
  }

  /** A recording of a call of this operator. */
  async function recorded(login: string): Promise<string> {
    const id = await talking(login);
    const { external_id: callId } = await w.db.selectFrom('call').select('external_id').where('id', '=', id).executeTakeFirstOrThrow(); // prettier-ignore
    const uri = 'https://recordings.example/a.wav';
    await tell({ type: 'recording.ready', callId, at: await now(), recordingId: 'r', uri, seconds: 9 }); // prettier-ignore
    return (
      await w.db
        .selectFrom('recording')
        .select('id')
        .where('call_id', '=', id)
        .executeTakeFirstOrThrow()
    ).id;
  }

  /** A call that nobody answered; taken by somebody, or not yet. */
  async function toReturn(userId: string | null): Promise<string> {
    const callId = await ring();
    await tell({ type: 'call.abandoned', callId, at: await now() });
    const { return_call_id: id } = await w.db
      .selectFrom('return_call_of')
      .select('return_call_id')
      .where('call_id', '=', (await row(callId)).id)
      .executeTakeFirstOrThrow();
    const taken = { state: 'taken', taken_by: userId, taken_at: await w.now() };
    if (userId) await w.db.updateTable('return_call').set(taken).where('id', '=', id).execute();
    return id;
  }

  /** A number that is restricted. */
  async function restricted(): Promise<string> {
    const id = newId();
    const number = String(++numbers);
    const { actor } = await w.as('supervisor');
    const at = await w.now();
    await w.db
      .insertInto('restricted_caller')
      .values({
        id,
        phone_ct: w.deps.crypto.seal(number, `${id}/phone`),
        phone_hmac: w.deps.crypto.mac('phone', number),
        reason_ct: w.deps.crypto.seal('x', `${id}/reason`),
        warnings: 3,
        set_by: actor.userId,
        set_at: at,
        until: new Date(at.getTime() + 86_400_000),
      })
      .execute();
    return id;
  }

  /** A restriction that an operator asked for. */
  async function proposed(): Promise<string> {
    const id = newId();
    const call_id = await talking('operator');
    const number = String(++numbers);
    await w.db
      .insertInto('restriction_proposal')
      .values({
        id,
        call_id,
        phone_ct: w.deps.crypto.seal(number, `${id}/phone`),
        phone_hmac: w.deps.crypto.mac('phone', number),
        reason_ct: w.deps.crypto.seal('x', `${id}/reason`),
        warnings: 3,
        proposed_by: (await w.as('operator')).actor.userId,
        proposed_at: await w.now(),
      })
      .execute();
    return id;
  }

  /** Makes an order one of the contact of a call; the contact's id. */
  async function behind(orderId: string): Promise<string> {
    const id = await talking('operator');
    const { contact_id: contactId } = await w.db.selectFrom('call').select('contact_id').where('id', '=', id).executeTakeFirstOrThrow(); // prettier-ignore
    await w.db.updateTable('work_order').set({ contact_id: contactId! }).where('id', '=', orderId).execute(); // prettier-ignore
    return contactId!;
  }

  return { talking, recorded, toReturn, restricted, proposed, behind };
}

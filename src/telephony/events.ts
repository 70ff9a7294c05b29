/** What the switch tells: once, twice, late or in any order. */
import type { DoorMessage } from '../door/index.ts';
import { channelPolicyOf } from '../intake/index.ts';
import { newId } from '../kernel/ids.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { announceQueued } from './distribute.ts';
import { callNamed, hear } from './ledger.ts';
import { insertRecording } from './recording.store.ts';
import { plausible } from './rules.ts';
import type { CallEvent, CtiEvent, RecordingReady } from './schema.ts';
import * as seats from './seat.store.ts';
import type { CallRow } from './store.ts';

/**
 * Takes one event; the answer names the call as we call it.
 * @throws AppError `window_over` for a call whose days are over.
 */
export async function takeEvent(
  deps: Deps,
  tx: Tx,
  message: Pick<DoorMessage<CtiEvent>, 'source' | 'body'>,
): Promise<Record<string, unknown>> {
  const { source, body } = message;
  const policy = (await channelPolicyOf(tx.db)).document.telephony;
  const at = new Date(body.at);
  const call = await callNamed(tx, source, body.callId, at);
  if (body.type === 'recording.ready') {
    await keepRecording(deps, tx, call, body, policy.recordingDays);
    return { callId: call.id };
  }
  const { callId: _name, at: _at, ...said } = body;
  const userId = await personAt(tx, call, body);
  const { call: row, isNews } = await hear(deps, tx, call, { at, said, userId }, policy);
  if (isNews && call.contact_id === null && row.state === 'queued') announceQueued(tx, row.id);
  return { callId: call.id };
}

/** Who sits at the telephone that an event speaks of: whom we offered the call to, else who sits there now. */
async function personAt(tx: Tx, call: CallRow, body: CallEvent): Promise<string | null> {
  if (body.type !== 'call.answered' && body.type !== 'call.transferred') return null;
  return seats.personAt(tx.db, call.id, body.target);
}

async function keepRecording(
  deps: Deps,
  tx: Tx,
  call: CallRow,
  body: RecordingReady,
  days: number,
): Promise<void> {
  const id = newId();
  const ready = plausible(new Date(body.at), tx.at);
  await insertRecording(tx.db, {
    id,
    call_id: call.id,
    external_id: body.recordingId,
    uri_ct: deps.crypto.seal(body.uri, `${id}/uri`),
    seconds: body.seconds,
    sha256: body.sha256 ?? null,
    ready_at: ready,
    until: new Date(ready.getTime() + days * 86_400_000),
  });
}

/** Recordings are played through us, from stores that were named, and every listening is kept. */
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { findRecording, heardSince, insertListening, lockRecording } from './recording.store.ts';
import type { RecordingRow } from './recording.store.ts';
import { findCall } from './store.ts';

/** Longest wait for the first byte, in milliseconds. */
const FETCH_MS = 10_000;
/** Longest silence of a store that began to answer, in milliseconds. */
const IDLE_MS = 15_000;
/** A player asks for part after part: within these minutes that is one listening. */
const LISTENING_MINUTES = 5;
/** From where, and up to where if it says so; no other part is given out. */
const PART = /^bytes=\d{1,15}-\d{0,15}$/;

/** Where recordings may lie: origins, such as `https://recordings.example`. */
export interface RecordingStores {
  recordingOrigins?: readonly string[] | undefined;
  /** Milliseconds a store may fall silent amid a recording. */
  recordingIdleMs?: number | undefined;
}

const HEARERS = ['supervisor', 'center_admin', 'callback_agent', 'auditor'] as const;

/** @throws AppError `recording_gone` where one may not know of it, or it is past its days. */
async function audible(deps: Deps, actor: StaffActor, id: string): Promise<RecordingRow> {
  if (!holds(actor, 'operator', ...HEARERS)) fail('not_allowed');
  const row = (await findRecording(deps.db, id)) ?? fail('recording_gone');
  if (holds(actor, ...HEARERS)) return row;
  const call = await findCall(deps.db, row.call_id);
  return call?.operator_id === actor.userId ? row : fail('recording_gone');
}

/**
 * Plays a recording, whole or in part. The listening is kept before the first byte, whichever that is.
 * @param range The player's `Range`, where it asks for a part; one that we cannot read gets 416.
 * @throws AppError `not_allowed`, `recording_gone`, `recording_unavailable`.
 */
export async function playRecording(
  deps: Deps,
  stores: RecordingStores,
  actor: StaffActor,
  id: string,
  range: string | undefined,
): Promise<Response> {
  const row = await audible(deps, actor, id);
  const url = allowed(deps.crypto.open(row.uri_ct!, `${row.id}/uri`), stores);
  if (range && !PART.test(range))
    return new Response(null, { status: 416, headers: { 'cache-control': 'no-store' } });
  await noteListening(deps, actor, row);
  const answer = await fetchAudio(url, range);
  const { status } = answer;
  if (status === 404 || status === 410) return gone(answer);
  const type = answer.headers.get('content-type') ?? '';
  if (!PLAYED.has(status) || (status !== 416 && !AUDIO.test(type))) return refuse(answer);
  const headers = new Headers({
    'content-type': /^audio\//i.test(type) ? type : 'audio/wav',
    'x-content-type-options': 'nosniff',
    'content-disposition': 'inline',
    'cache-control': 'no-store',
  });
  for (const name of ['content-length', 'content-range', 'accept-ranges']) {
    const value = answer.headers.get(name);
    if (value) headers.set(name, value);
  }
  const body = answer.body && untilSilent(answer.body, stores.recordingIdleMs ?? IDLE_MS);
  return new Response(body, { status, headers });
}

/** Passes on what comes, as fast as it is taken; a store that says nothing for too long breaks it off. */
function untilSilent(body: ReadableStream<Uint8Array>, idleMs: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(to) {
      let silent = false;
      const timer = setTimeout(() => {
        silent = true;
        reader.cancel().catch(() => {});
      }, idleMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(timer));
      if (silent) to.error(new Error('the store fell silent'));
      else if (done) to.close();
      else to.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** All of it, a part of it, no such part. */
const PLAYED = new Set([200, 206, 416]);
const AUDIO = /^(audio\/[\w.+-]+|application\/octet-stream)\s*(;|$)/i;

/** Only what was named is asked, with nothing of ours: an address in an event is somebody's word. */
function allowed(uri: string, { recordingOrigins = [] }: RecordingStores): URL {
  const url = URL.canParse(uri) ? new URL(uri) : fail('recording_unavailable');
  const named = recordingOrigins.includes(url.origin);
  if (!named || url.username !== '' || url.password !== '')
    fail('recording_unavailable', {}, `${url.origin} is not among RECORDING_ORIGINS`);
  return url;
}

async function fetchAudio(url: URL, range: string | undefined): Promise<Response> {
  const part = range ? { range } : {};
  const wait = new AbortController();
  const timer = setTimeout(() => wait.abort(), FETCH_MS);
  try {
    return await fetch(url, { headers: part, redirect: 'manual', signal: wait.signal });
  } catch (error) {
    return fail('recording_unavailable', {}, error instanceof Error ? error.message : '');
  } finally {
    clearTimeout(timer);
  }
}

async function gone(answer: Response): Promise<never> {
  await answer.body?.cancel();
  return fail('recording_gone');
}
async function refuse(answer: Response): Promise<never> {
  await answer.body?.cancel();
  return fail('recording_unavailable', {}, `the store answered ${answer.status}`);
}

const noteListening = (deps: Deps, actor: StaffActor, row: RecordingRow): Promise<void> =>
  inTransaction(deps, actor, async (tx) => {
    const since = new Date(tx.at.getTime() - LISTENING_MINUTES * 60_000);
    // Parts are asked for at once: the second looks when the first is kept.
    await lockRecording(tx.db, row.id);
    if (await heardSince(tx.db, row.id, actor.userId, since)) return;
    const listening = { id: newId(), recording_id: row.id, user_id: actor.userId, at: tx.at };
    await insertListening(tx.db, listening);
    tx.record({
      type: 'recording.listened',
      subjectType: 'recording',
      subjectId: row.id,
      payload: { recordingId: row.id, callId: row.call_id },
    });
  });

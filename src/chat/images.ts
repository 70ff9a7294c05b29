/** Pictures in chats: made anew like every picture, shown to the two sides only. */
import { channelPolicyOf } from '../intake/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { countUpload, holdPicture, keepPicture, stagePicture } from '../workorder/index.ts';
import type { KeptPicture } from '../workorder/index.ts';
import { AS_CITIZEN, CITIZEN } from './citizen.ts';
import { readable } from './access.ts';
import * as messages from './message.store.ts';
import type { MessageRow } from './message.store.ts';
import { change, post, tellOf } from './post.ts';
import type { Posted } from './schema.ts';
import { firstAnswer } from './service.ts';
import * as store from './store.ts';
import type { ChatRow } from './store.ts';
import { countWord } from './visitor.ts';

/** A picture on its way: the id its sender gave it, and its bytes as they come. */
export interface Sent {
  id: string;
  source: AsyncIterable<Uint8Array>;
}

const before = async (
  deps: Deps,
  chatId: string,
  id: string,
  side: MessageRow['side'],
): Promise<Posted | null> => {
  const known = await messages.findByClientId(deps.db, chatId, id);
  if (!known) return null;
  if (known.side !== side || known.kind !== 'image') fail('idempotency_key_reused');
  return { seq: known.seq!, at: known.at.toISOString() };
};

/**
 * The citizen sends a picture.
 * @param source network address, for the throttle.
 * @throws AppError `state_conflict`, `too_many_attempts`, `attachment_limit`, and as `keepPicture`.
 */
export async function sendPicture(
  deps: Deps,
  chatId: string,
  sent: Sent,
  source: string,
): Promise<Posted> {
  const known = await before(deps, chatId, sent.id, 'citizen');
  if (known) return known;
  // Before anything is read or decoded: what is refused costs nothing and leaves no file.
  await countUpload(deps, source);
  await takePlace(deps, chatId);
  try {
    const picture = await keepPicture(deps, sent.source);
    return await postPicture(deps, chatId, sent.id, picture);
  } catch (error) {
    await givePlaceBack(deps, chatId);
    throw error;
  }
}

/** Counts the word and the picture that come: of many at once no more are taken than there is room for. */
async function takePlace(deps: Deps, chatId: string): Promise<void> {
  const { document } = await channelPolicyOf(deps.db);
  const { imagesMax, perMinute } = document.chat;
  await inTransaction(deps, CITIZEN, async (tx) => {
    const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
    checkTalks(chat);
    if (chat.images >= imagesMax) fail('attachment_limit');
    const { since, count } = countWord(tx, chat, { perMinute, emergency: false });
    await change(tx, chat, { images: chat.images + 1, minute_at: since, minute_count: count });
  });
}

/** The picture did not come to be: its place is free, its word stays counted. */
const givePlaceBack = (deps: Deps, chatId: string): Promise<void> =>
  inTransaction(deps, CITIZEN, async (tx) => {
    const chat = await store.lockChat(tx.db, chatId);
    if (chat && chat.images > 0) await change(tx, chat, { images: chat.images - 1 });
  });

function checkTalks({ state }: Pick<ChatRow, 'state'>): void {
  if (state !== 'waiting' && state !== 'open') fail('state_conflict', { state });
}

const postPicture = (
  deps: Deps,
  chatId: string,
  id: string,
  picture: KeptPicture,
): Promise<Posted> =>
  inTransaction(deps, CITIZEN, async (tx) => {
    const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
    const twice = await before({ ...deps, db: tx.db as never }, chatId, id, 'citizen');
    if (twice) {
      await change(tx, chat, { images: chat.images - 1 });
      return twice;
    }
    checkTalks(chat);
    await holdPicture(deps, tx, picture);
    const said = { side: 'citizen', kind: 'image', clientId: id, picture } as const;
    const seq = await post(deps, tx, chat, said);
    tellOf(tx, 'chat.message', chat, { as: AS_CITIZEN });
    return { seq, at: tx.at.toISOString() };
  });

/** The operator sends a picture. @throws AppError `not_found`, `state_conflict`, and as `keepPicture`. */
export async function answerPicture(
  deps: Deps,
  actor: StaffActor,
  chatId: string,
  sent: Sent,
): Promise<Posted> {
  const now = await store.findChat(deps.db, chatId);
  if (now?.operator_id !== actor.userId) fail('not_found');
  const known = await before(deps, chatId, sent.id, 'operator');
  if (known) return known;
  if (now.state !== 'open') fail('state_conflict', { state: now.state });
  const picture = await keepPicture(deps, sent.source);
  return inTransaction(deps, actor, async (tx) => {
    const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
    const twice = await before({ ...deps, db: tx.db as never }, chatId, sent.id, 'operator');
    if (twice) return twice;
    if (chat.operator_id !== actor.userId) fail('not_found');
    if (chat.state !== 'open') fail('state_conflict', { state: chat.state });
    await holdPicture(deps, tx, picture);
    const seq = await post(deps, tx, chat, {
      side: 'operator',
      kind: 'image',
      clientId: sent.id,
      authorId: actor.userId,
      picture,
    });
    await firstAnswer(tx, chat);
    tellOf(tx, 'chat.message', chat);
    return { seq, at: tx.at.toISOString() };
  });
}

/** The picture itself, or its small one. */
export type Part = 'file' | 'thumb';

const kept = (m: MessageRow): KeptPicture => ({
  mime: m.mime as KeptPicture['mime'],
  bytes: m.bytes!,
  width: m.width!,
  height: m.height!,
  sha256: m.sha256!,
  thumb_sha256: m.thumb_sha256!,
});
const nameOf = (m: MessageRow): string => `chat-${m.seq}.${m.mime!.slice('image/'.length)}`;

/** A picture of a chat that the caller may read. @throws AppError `not_found`. */
export async function pictureOf(deps: Deps, chatId: string, id: string, part: Part) {
  const m = (await messages.findPicture(deps.db, chatId, id)) ?? fail('not_found');
  const sha256 = part === 'file' ? m.sha256! : m.thumb_sha256!;
  const bytes = (await deps.storage.size(sha256)) ?? fail('storage_unavailable', {}, 'missing');
  return {
    name: nameOf(m),
    mime: part === 'file' ? m.mime! : 'image/jpeg',
    bytes,
    sha256,
    inline: true,
    open: () => deps.storage.open(sha256),
  };
}

/** A picture for staff. @throws AppError `not_found`. */
export async function pictureForStaff(
  deps: Deps,
  actor: StaffActor,
  at: { chatId: string; id: string; part: Part },
) {
  const chat = await readable(deps, actor, at.chatId);
  return pictureOf(deps, chat.id, at.id, at.part);
}

/** Puts a picture of one's chat among one's uploads, to go with the order that is registered. */
export async function stageFromChat(
  deps: Deps,
  actor: StaffActor,
  chatId: string,
  id: string,
): Promise<{ attachmentId: string }> {
  const chat = await readable(deps, actor, chatId);
  if (chat.operator_id !== actor.userId) fail('not_found');
  const m = (await messages.findPicture(deps.db, chatId, id)) ?? fail('not_found');
  const attachmentId = await stagePicture(deps, actor, { name: nameOf(m), picture: kept(m) });
  return { attachmentId };
}

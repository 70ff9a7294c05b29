/** Files that were uploaded become part of an order, in the transaction of the act they come with. */
import type { Actor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { Party, Visibility } from '../kernel/words.ts';
import type { Crypto } from '../platform/crypto.ts';
import type { Tx } from '../platform/unit-of-work.ts';
import * as store from './attachment.store.ts';
import { ATTACHMENT_MAX } from './schema.ts';

/** Who uploaded: only the same one may bind. */
export type Owner = `user:${string}` | `order:${string}` | `form:${string}`;

/**
 * The owner of a citizen's files before there is an order: the form they came with, known by the
 * random key that also makes its submission harmless to repeat.
 */
export const formOwner = (crypto: Crypto, formKey: string): Owner =>
  `form:${crypto.mac('request', `attachment/${formKey}`)}`;

/** @throws AppError `not_allowed` for who uploads nothing: the system, a citizen without an order. */
export function ownerOf(actor: Actor): Owner {
  if (actor.kind === 'staff') return `user:${actor.userId}`;
  return actor.kind === 'citizen' && actor.orderId ? `order:${actor.orderId}` : fail('not_allowed');
}

export interface Binding {
  ids: readonly string[];
  owner: Owner;
  orderId: string;
  actId?: string | null;
  assignmentId?: string | null;
  replyId?: string | null;
  visibility: Visibility;
  party: Party;
  organizationId: string | null;
  /** It came from who raised the demand. */
  fromRequester?: boolean;
  /** Where several people share one transaction (group commit), whose files these are. */
  actorId?: string | null;
}

/**
 * Binds files to an order that the caller has locked or made; an event for each, ids only.
 * @throws AppError `invalid_input` at `attachmentIds` when one is not there, was bound before or is
 *   somebody else's (which of these, nobody is told); `attachment_limit`.
 */
export async function bindAttachments(tx: Tx, b: Binding): Promise<void> {
  const all = [...new Set(b.ids)];
  // A draft that is saved again names the evidence it has already.
  const had = b.replyId && all.length > 0 ? await store.ofReply(tx.db, b.replyId, all) : null;
  const ids = had ? all.filter((id) => !had.has(id)) : all;
  if (ids.length === 0) return;
  if (ids.length > ATTACHMENT_MAX.perAct) fail('attachment_limit');
  const bound = await store.bind(tx.db, ids, b.owner, {
    order_id: b.orderId,
    act_id: b.actId ?? null,
    assignment_id: b.assignmentId ?? null,
    reply_id: b.replyId ?? null,
    organization_id: b.organizationId,
    visibility: b.visibility,
    party: b.party,
    from_requester: b.fromRequester ?? false,
    bound_at: tx.at,
  });
  if (bound !== ids.length) {
    fail('invalid_input', {
      issues: [{ path: 'attachmentIds', message: 'unknown', code: 'unknown' }],
    });
  }
  const full =
    (await store.countOfOrder(tx.db, b.orderId)) > ATTACHMENT_MAX.perOrder ||
    (b.replyId && (await store.countOfReply(tx.db, b.replyId)) > ATTACHMENT_MAX.perAct);
  if (full) fail('attachment_limit');
  for (const attachmentId of ids) {
    tx.record(
      {
        type: 'attachment.added',
        subjectType: 'work_order',
        subjectId: b.orderId,
        orderId: b.orderId,
        payload: { attachmentId, organizationId: b.organizationId },
      },
      {
        party: b.party,
        organizationId: b.organizationId,
        ...(b.actorId !== undefined && { actorId: b.actorId }),
      },
    );
  }
}

/** A demand as it comes to the door, and the key under which it comes once. */
import type { Actor, StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { Channel } from '../kernel/words.ts';
import { requestHash } from '../platform/idempotency.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import type { MatterInput } from '../workorder/schema.ts';
import { formChannel } from './channels/channel.ts';
import type { Draft as ChannelDraft } from './channels/channel.ts';
import type { RegisterInput, RequesterInput } from './schema.ts';

/** One demand at the door: who brings it, the key that makes a retry harmless, what it says. */
export interface Arrival {
  actor: Actor;
  key: string;
  channel: Channel;
  contactId?: string | undefined;
  /** The hand-over that this records: made before there was an order. */
  handoverId?: string | undefined;
  /** Files that were uploaded before, by who brings the demand. */
  attachmentIds?: readonly string[] | undefined;
  requester: RequesterInput;
  matter: MatterInput;
  /** Of the request that brought it: many requests share one transaction. */
  traceId?: string | undefined;
}

/** What is kept under the idempotency key: ids only; the code is derived again when it is repeated. */
export interface Kept extends Record<string, unknown> {
  orderId: string;
  contactId: string;
}

/** Who brings it: keys of one are nobody else's. */
export const scopeOf = (actor: Actor): string =>
  actor.kind === 'staff' ? `intake:${actor.userId}` : `intake:${actor.kind}`;

/** The key that it comes once by. */
export const keyOf = (a: Arrival) => ({ scope: scopeOf(a.actor), key: a.key });

/** What came with it counts only where something did: a demand without is hashed as it always was. */
export const hashOf = (deps: Deps, a: Arrival): string => {
  const { handoverId = null, attachmentIds = [] } = a;
  const more = handoverId || attachmentIds.length > 0 ? [{ handoverId, attachmentIds }] : [];
  return requestHash(deps.crypto, [a.channel, a.contactId ?? null, a.requester, a.matter, ...more]);
};

/** What a channel has read becomes at the door. @throws AppError `invalid_input` where nothing was said. */
export function fromDraft(actor: Actor, key: string, draft: ChannelDraft): Arrival {
  const { channel, requester, matter } = draft;
  if (matter) return { actor, key, channel, requester, matter };
  return fail('invalid_input', { issues: [{ path: 'content', message: 'empty', code: 'empty' }] });
}

/** What the operator's form becomes at the door: typed, whatever the channel the citizen used. */
export function fromOperator(actor: StaffActor, key: string, input: RegisterInput): Arrival {
  const { channel, contactId, handoverId, attachmentIds, ...typed } = input;
  const draft = formChannel(channel).parse(typed);
  return { ...fromDraft(actor, key, draft), contactId, handoverId, attachmentIds };
}

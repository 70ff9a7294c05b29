/** What every channel is: how a demand is read out of what comes in, and how its answer goes back. */
import { z } from 'zod';
import { fail } from '../../kernel/errors.ts';
import type { Channel } from '../../kernel/words.ts';
import { matterInput, optionalText } from '../../workorder/schema.ts';
import type { MatterInput } from '../../workorder/schema.ts';
import { requesterInput } from '../schema.ts';
import type { RequesterInput } from '../schema.ts';

/** What came in, read; nothing of it is stored yet. */
export interface Draft {
  channel: Channel;
  requester: RequesterInput;
  /** Null where nothing has been said yet, as when a telephone rings. */
  matter: MatterInput | null;
  /** The sender's own id of it: a message, a sheet of another line. */
  externalId: string | null;
}

/** The ways an answer can go: read on the page of the order, as a message, said on the telephone. */
export const WAYS = ['page', 'chat', 'sms', 'call'] as const;
export type Way = (typeof WAYS)[number];
export interface Outgoing {
  way: Way;
  text: string;
}

/** What decides how a citizen is reached. */
export interface AnsweredOrder {
  /** A number was left. */
  hasNumber: boolean;
  /** The citizen is still there, in the chat in which it was raised. */
  here: boolean;
}

export interface ChannelDoor {
  name: Channel;
  /** @throws AppError `invalid_input` with `issues`, which name fields and repeat no value. */
  parse(raw: unknown): Draft;
  /** How the answer goes back; pure. Everybody who has the query code may also read the page. */
  answer(order: AnsweredOrder, text: string): Outgoing[];
}

/** Reads what came in. @throws AppError `invalid_input`. */
export function readAs<T extends z.ZodType>(schema: T, raw: unknown): z.infer<T> {
  const read = schema.safeParse(raw);
  if (read.success) return read.data;
  const issues = read.error.issues.map(({ path, code, message }) => {
    return { path: path.join('.'), code, message };
  });
  return fail('invalid_input', { issues });
}

/** The same text by each of these ways, without those that cannot reach anybody. */
export const by = (order: AnsweredOrder, text: string, ...ways: Way[]): Outgoing[] =>
  ways
    .filter((way) => order.hasNumber || (way !== 'sms' && way !== 'call'))
    .map((way) => ({ way, text }));

/** The sheet number of another line, office or platform. */
const sheet = z.object({ ref: optionalText(64) });
const form = matterInput.extend({ requester: requesterInput });

/**
 * A channel whose demands somebody types into the operator's form, or another line sends in its
 * fields: requester, matter, and the number of its sheet.
 */
export const formChannel = (name: Channel): ChannelDoor => ({
  name,
  parse(raw) {
    const { requester, ...matter } = readAs(form, raw);
    const { ref } = readAs(sheet, raw);
    return { channel: name, requester, matter, externalId: ref || null };
  },
  answer: (order, text) => by(order, text, 'page', 'sms'),
});

import type { StoredEvent } from '../../src/kernel/events.ts';
import type { Deps, Tx } from '../../src/platform/unit-of-work.ts';
import type { Consumer } from '../../src/subscriptions.ts';
import { chatHandlers } from './chat.ts';
import { followupHandlers } from './followup.ts';
import { intakeHandlers } from './intake.ts';
import { notificationHandlers } from './notification.ts';
import { supervisionHandlers } from './supervision.ts';
import { telephonyHandlers } from './telephony.ts';

/** A consumer's work, in the transaction that takes the duty off the outbox. */
export type Handler = (deps: Deps, tx: Tx, event: StoredEvent) => Promise<void>;
/** `realtime` is served by the relay, `notification.send` by the deliveries queue. */
export type Handlers = Record<Exclude<Consumer, 'realtime' | 'notification.send'>, Handler>;

/** Complete by construction: a consumer without a handler does not compile. */
export const HANDLERS: Handlers = {
  ...intakeHandlers,
  ...notificationHandlers,
  ...supervisionHandlers,
  ...followupHandlers,
  ...telephonyHandlers,
  ...chatHandlers,
};

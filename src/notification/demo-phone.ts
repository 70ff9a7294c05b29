/** The telephone of a demo: what its own fake gateway was given to send. */
import { fail } from '../kernel/errors.ts';
import { sameText } from '../platform/crypto.ts';
import type { Crypto } from '../platform/crypto.ts';
import { deploymentKind } from '../platform/db.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import * as store from './demo-phone.store.ts';
import type { Sms } from './gateway.ts';
import { newestInbound } from './sms.store.ts';

/** What the demo's own gateway asks of the worker; derived, so that nothing has to be configured. */
export const demoGatewayToken = (crypto: Crypto): string =>
  crypto.mac('request', 'demo-sms-gateway');

/** Messages shown at once. */
const SHOWN_MAX = 50;

export interface DemoMessage {
  id: string;
  to: string;
  text: string;
  at: string;
}

const shown = (deps: Deps, rows: Awaited<ReturnType<typeof store.listMessages>>): DemoMessage[] =>
  rows.map((r) => ({
    id: r.id,
    to: deps.crypto.open(r.to_ct, `${r.id}/to`),
    text: deps.crypto.open(r.text_ct, `${r.id}/text`),
    at: r.at.toISOString(),
  }));

/** Messages that reached the demo's telephones, newest first. @throws AppError `demo_only`. */
export async function demoMessages(deps: Deps, limit = SHOWN_MAX): Promise<DemoMessage[]> {
  if ((await deploymentKind(deps.db)) !== 'demo') fail('demo_only');
  return shown(deps, await store.listMessages(deps.db, limit));
}

/** Messages that citizens wrote, newest first. @throws AppError `demo_only`. */
export async function demoWritten(
  deps: Deps,
  limit = SHOWN_MAX,
): Promise<{ id: string; from: string; text: string; at: string }[]> {
  if ((await deploymentKind(deps.db)) !== 'demo') fail('demo_only');
  return (await newestInbound(deps.db, limit)).map((r) => ({
    id: r.id,
    from: r.from_ct ? deps.crypto.open(r.from_ct, `${r.id}/from`) : '',
    text: r.text_ct ? deps.crypto.open(r.text_ct, `${r.id}/text`) : '',
    at: r.received_at.toISOString(),
  }));
}

/** What came after a message, oldest first; nothing where that is unknown. */
export const demoMessagesAfter = async (
  deps: Deps,
  id: string,
  limit: number,
): Promise<DemoMessage[]> => shown(deps, await store.messagesAfter(deps.db, id, limit));

/**
 * Takes a message once by its id, as a real gateway would.
 * @throws AppError `demo_only`, and `not_allowed` without the gateway's token.
 */
export async function takeMessage(deps: Deps, authorization: string, sms: Sms): Promise<void> {
  if ((await deploymentKind(deps.db)) !== 'demo') fail('demo_only');
  if (!sameText(authorization, `Bearer ${demoGatewayToken(deps.crypto)}`)) fail('not_allowed');
  await store.insertMessage(deps.db, {
    id: sms.id,
    to_ct: deps.crypto.seal(sms.to, `${sms.id}/to`),
    text_ct: deps.crypto.seal(sms.text, `${sms.id}/text`),
  });
}

/** Query codes: what makes a citizen the one who raised an order. */
import type { CitizenActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { isOrderNo } from '../kernel/ids.ts';
import { digitsOf } from '../kernel/typed.ts';
import { sameText } from '../platform/crypto.ts';
import type { DbTx } from '../platform/db.ts';
import { hit, unhit, within } from '../platform/throttle.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { findOrderByNo } from '../workorder/index.ts';
import { CODE_LIMIT, codeFrom, normalizeCode } from './rules.ts';
import * as store from './store.ts';

type Keys = Pick<Deps, 'crypto'>;

/** What is stored of a code; keyed, because six characters are soon tried out. */
const codeHash = (deps: Keys, code: string): string =>
  deps.crypto.mac('query_code', `typed/${code}`);

/** The query code of an order; the same for ever, but only who holds the secret key can make it. */
export const queryCode = (deps: Keys, orderId: string): string =>
  codeFrom(deps.crypto.mac('query_code', orderId));

/** Lets the codes of new orders open them. */
export const giveAccess = (deps: Keys, db: DbTx, orderIds: readonly string[]): Promise<void> =>
  store.insertAccess(
    db,
    orderIds.map((id) => ({ order_id: id, code_hash: codeHash(deps, queryCode(deps, id)) })),
  );

/**
 * Number and code make a citizen; wrong pairs are throttled by order and by source, and a wrong
 * number answers like a wrong code.
 * @throws AppError `wrong_credentials`, `too_many_attempts`.
 */
export async function proveByCode(
  deps: Deps,
  input: { orderNo: string; code: string; source: string },
): Promise<CitizenActor> {
  const { windowMinutes, perOrder, perSource } = CODE_LIMIT;
  const orderNo = digitsOf(input.orderNo);
  const byOrder = `code:order:${deps.crypto.mac('throttle', orderNo)}`;
  const bySource = `code:source:${deps.crypto.mac('throttle', input.source)}`;
  // Counted before the check, so that parallel guesses cannot slip through together.
  if (!(await within(deps.db, bySource, windowMinutes, perSource))) fail('too_many_attempts');
  if ((await hit(deps.db, byOrder, windowMinutes)) > perOrder) fail('too_many_attempts');
  const order = isOrderNo(orderNo) ? await findOrderByNo(deps.db, orderNo) : null;
  const expected = order ? await store.codeHashOf(deps.db, order.id) : null;
  const given = codeHash(deps, normalizeCode(input.code));
  if (!order || !sameText(given, expected ?? '')) fail('wrong_credentials');
  await Promise.all([unhit(deps.db, byOrder), unhit(deps.db, bySource)]);
  return { kind: 'citizen', orderId: order.id, how: 'query_code' };
}

/** Taking an order apart: each part comes in at the door like any demand, with the same contact. */
import type { StaffActor } from '../kernel/actor.ts';
import { newId } from '../kernel/ids.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { keepClassification } from '../understanding/index.ts';
import { act, findOrder, orderNosOf, publicResult, wordsOf } from '../workorder/index.ts';
import { matterInput } from '../workorder/schema.ts';
import type { SplitInput } from '../workorder/schema.ts';
import { giveAccess, queryCode } from './codes.ts';
import type { SplitResult } from './schema.ts';
import { classifierOf, hear, toKeep } from './understand.ts';
import type { Heard } from './understand.ts';

interface Part extends Heard {
  id: string;
}

/**
 * Splits an order: every part is understood, numbered, clocked and opened to the citizen for itself.
 * @throws AppError `not_found`, `not_allowed`, `version_conflict`, `state_conflict`, `invalid_input`.
 */
export async function splitOrder(
  deps: Deps,
  actor: StaffActor,
  orderId: string,
  version: number,
  input: SplitInput,
  call?: Call,
): Promise<SplitResult> {
  const { parts, kept } = await heard(deps, orderId, input);
  const done = await inTransaction(
    deps,
    actor,
    (tx) => split(deps, tx, actor, orderId, version, kept, parts),
    call,
  );
  // The codes are kept nowhere: a repeated request is told them from the ids.
  return {
    ...done,
    parts: done.parts.map((p) => ({ ...p, queryCode: queryCode(deps, p.orderId) })),
  };
}

/** What stays with the order, understood anew: what was taken out of it is no longer its matter. */
interface Rest {
  words: SplitInput['kept'];
  understanding: Heard['understanding'];
}

async function heard(
  deps: Deps,
  orderId: string,
  input: SplitInput,
): Promise<{ parts: Part[]; kept: Rest }> {
  const classifier = await classifierOf(deps);
  const order = await findOrder(deps.db, orderId);
  const channel = order?.channel ?? 'phone';
  const { address } = order ? await wordsOf(deps.db, orderId) : { address: '' };
  const rest = matterInput.parse({ ...input.kept, address });
  const { understanding } = hear(classifier, rest, channel);
  const parts = input.parts.map((p) => ({
    id: newId(),
    ...hear(classifier, matterInput.parse(p), channel),
  }));
  return { parts, kept: { words: input.kept, understanding } };
}

async function split(
  deps: Deps,
  tx: Tx,
  actor: StaffActor,
  orderId: string,
  version: number,
  { words: kept, understanding }: Rest,
  parts: Part[],
) {
  const done = await act(tx, actor, orderId, 'split', version, { kept, parts });
  const ids = parts.map((p) => p.id);
  const all = parts.map((p) => ({ orderId: p.id, heard: p }));
  const rest = { orderId, heard: { understanding } };
  await keepClassification(tx.db, toKeep([...all, rest]), tx.at);
  await giveAccess(deps, tx.db, ids);
  const numbers = await orderNosOf(tx.db, ids);
  return {
    ...publicResult(done),
    parts: ids.map((id) => ({ orderId: id, orderNo: numbers.get(id)! })),
  };
}

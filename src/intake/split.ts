/** Taking an order apart: each part comes in at the door like any demand, with the same contact. */
import type { StaffActor } from '../kernel/actor.ts';
import { newId } from '../kernel/ids.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { keepClassification } from '../understanding/index.ts';
import { act, findOrder, orderNosOf, publicResult } from '../workorder/index.ts';
import { matterInput } from '../workorder/schema.ts';
import type { SplitInput } from '../workorder/schema.ts';
import { giveAccess, queryCode } from './codes.ts';
import type { SplitResult } from './schema.ts';
import { classifierOf, hear } from './understand.ts';
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
  const parts = await heard(deps, orderId, input);
  const done = await inTransaction(
    deps,
    actor,
    (tx) => split(deps, tx, actor, orderId, version, input.kept, parts),
    call,
  );
  // The codes are kept nowhere: a repeated request is told them from the ids.
  return {
    ...done,
    parts: done.parts.map((p) => ({ ...p, queryCode: queryCode(deps, p.orderId) })),
  };
}

async function heard(deps: Deps, orderId: string, input: SplitInput): Promise<Part[]> {
  const classifier = await classifierOf(deps.db);
  const channel = (await findOrder(deps.db, orderId))?.channel ?? 'phone';
  return input.parts.map((p) => ({
    id: newId(),
    ...hear(classifier, matterInput.parse(p), channel),
  }));
}

async function split(
  deps: Deps,
  tx: Tx,
  actor: StaffActor,
  orderId: string,
  version: number,
  kept: SplitInput['kept'],
  parts: Part[],
) {
  const done = await act(tx, actor, orderId, 'split', version, { kept, parts });
  const ids = parts.map((p) => p.id);
  await keepClassification(
    tx.db,
    parts.map((p) => ({ orderId: p.id, understanding: p.understanding })),
    tx.at,
  );
  await giveAccess(deps, tx.db, ids);
  const numbers = await orderNosOf(tx.db, ids);
  return {
    ...publicResult(done),
    parts: ids.map((id) => ({ orderId: id, orderNo: numbers.get(id)! })),
  };
}

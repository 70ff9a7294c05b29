/** 签收, also when the order changed since it was read but still waits for its signature. */
import type { ActResult } from '../../../../src/workorder/schema.ts';
import * as api from '../../data/api.ts';
import { asProblem } from '../../data/problem.ts';
import { newKey } from '../../lib/random.ts';

interface Target {
  assignmentId: string;
  orderId: string;
  version: number;
}

export async function signAssignment(target: Target, key: string): Promise<ActResult> {
  const { assignmentId, orderId, version } = target;
  const sign = (at: number, under: string) =>
    api.actOnAssignment(assignmentId, { act: 'sign', version: at, input: {} }, under);
  try {
    return await sign(version, key);
  } catch (error) {
    if (asProblem(error)?.code !== 'version_conflict') throw error;
    const order = await api.order(orderId);
    const waits = order.assignments.find((a) => a.id === assignmentId)?.state === 'pending_sign';
    if (!waits) throw error;
    // Another version is other content: it needs a key of its own.
    return sign(order.version, newKey());
  }
}

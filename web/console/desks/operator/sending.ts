/** What F9 and the keys beside it send, step by step; every step may be sent again. */
import type { ContactOutcome } from '../../../../src/contract.ts';
import type { Registered, RegisterInput } from '../../../../src/intake/schema.ts';
import type { ActResult, OrderActInput, OrderListItem } from '../../../../src/workorder/schema.ts';
import { given } from '../../acts/AcceptForm.tsx';
import { endContact, startContact } from '../../data/advise.ts';
import * as api from '../../data/api.ts';
import { commandCall, refreshCalls } from '../../data/calls.ts';
import { asProblem, Problem } from '../../data/problem.ts';
import { newKey } from '../../lib/random.ts';
import { barePhone, isAcceptable, whoOf, type OperatorFields, type Who } from './form.ts';

export type Followed =
  'accepted' | 'answered' | 'closed' | 'transferred' | 'receipted' | 'none' | 'failed';

/** What became of one registration and of the act that followed at once. */
export interface Filed {
  registered: Registered;
  followed: Followed;
  problem: Problem | null;
}

/** What the desk shows once a contact is done with: orders that were made, or how it ended without one. */
export interface Receipt {
  filed: Filed[];
  ended: { outcome: ContactOutcome; order: OrderListItem | null } | null;
  requester: Who;
}

const requesterOf = (f: OperatorFields) => ({
  kind: f.kind,
  name: f.name.trim(),
  ...(f.phone.trim() ? { phone: barePhone(f.phone) } : {}),
});

/** The form as the matters that it holds: one, or its parts. */
export function mattersOf(f: OperatorFields): OperatorFields[] {
  if (!f.parts) return [f];
  return f.parts.map((part) => ({ ...f, ...part, parts: undefined }));
}

function registerInput(f: OperatorFields, contactId: string | undefined): RegisterInput {
  const handover = f.handed[0];
  return {
    channel: f.channel,
    ...(contactId ? { contactId } : {}),
    ...(handover ? { handoverId: handover.id } : {}),
    attachmentIds: f.attachmentIds ?? [],
    requester: requesterOf(f),
    title: f.title,
    content: f.content,
    address: f.address,
    occurred: f.occurred,
    subjectName: f.subjectName,
    ...(f.type ? { type: f.type } : {}),
    ...(f.categoryCode ? { categoryCode: f.categoryCode } : {}),
    ...(f.urgency ? { urgency: f.urgency } : {}),
    ...given(f),
    confidential: f.confidential,
    wishCallback: f.wishCallback,
    wishPublic: f.wishPublic,
  };
}

/**
 * Registers, then accepts, answers, closes or notes the receipt. A registration counts once it is
 * stored: when the next step fails, the receipt says so and the order page offers it again.
 * @throws Problem when a registration was not stored; the same key then goes on where it stopped.
 */
export async function registerAndGoOn(f: OperatorFields, key: string): Promise<Receipt> {
  const filed: Filed[] = [];
  let contactId = f.contactId;
  const matters = mattersOf(f);
  for (const [i, matter] of matters.entries()) {
    const own = matters.length > 1 ? `${key}-${i + 1}` : key;
    const registered = await api.register(registerInput(matter, contactId), own);
    contactId = registered.contactId;
    filed.push(await follow(matter, registered));
  }
  return { filed, ended: null, requester: whoOf(f) };
}

async function follow(f: OperatorFields, registered: Registered): Promise<Filed> {
  try {
    return { registered, followed: await goOn(f, registered), problem: null };
  } catch (error) {
    return { registered, followed: 'failed', problem: asProblem(error) };
  }
}

type Step = (version: number) => OrderActInput;

/** An act on the order as it stands; when something else moved it meanwhile, once more. */
async function act(orderId: string, version: number, step: Step): Promise<ActResult> {
  try {
    return await api.actOnOrder(orderId, step(version), newKey());
  } catch (error) {
    if (!(error instanceof Problem) || !error.isStale) throw error;
    const now = await api.order(orderId);
    const again = step(now.version);
    if (!(now.allowed as string[]).includes(again.act)) throw error;
    return api.actOnOrder(orderId, again, newKey());
  }
}

async function goOn(f: OperatorFields, registered: Registered): Promise<Followed> {
  const { orderId } = registered;
  const step = (make: Step, version = registered.version) => act(orderId, version, make);
  if (f.handed.length > 0) return handedOver(f, registered, step);
  const version = await saidToBeNone(f, registered, step);
  const { type, urgency, categoryCode, title, answer, asked } = f;
  if (asked !== undefined) {
    const input = { asked, answer: answer ?? '' };
    await step((v) => ({ act: 'close_no_substance', version: v, input }), version);
    return 'closed';
  }
  if (answer !== undefined) {
    if (!type || !answer.trim()) return 'none';
    const code = categoryCode && categoryCode.length >= 4 ? { categoryCode } : {};
    const input = { type, answer, ...code };
    await step((v) => ({ act: 'direct_answer', version: v, input }), version);
    return 'answered';
  }
  if (!isAcceptable(f) || !type || !urgency || !categoryCode) return 'none';
  const input = { type, urgency, categoryCode, title, ...given(f) };
  await step((v) => ({ act: 'accept', version: v, input }), version);
  return 'accepted';
}

type Stepping = (make: Step, version?: number) => Promise<ActResult>;

/** Registered as transferred; with the number of the other side it is done. */
async function handedOver(f: OperatorFields, registered: Registered, step: Stepping) {
  if (!f.receiptNo.trim()) return 'transferred' as const;
  const input = { receiptNo: f.receiptNo, note: '' };
  await step((version) => ({ act: 'receipt', version, input }));
  return 'receipted' as const;
}

/** The words still call for an emergency line; the operator's reason takes the mark off. */
async function saidToBeNone(
  f: OperatorFields,
  registered: Registered,
  step: Stepping,
): Promise<number> {
  if (!f.calm) return registered.version;
  const input = { add: [], remove: ['emergency' as const], reason: f.calm.reason };
  return (await step((version) => ({ act: 'set_flags', version, input }))).version;
}

/** A contact that ends without an order: urged, told, proposed again, ended. */
export interface Ending {
  outcome: ContactOutcome;
  order: OrderListItem | null;
  fields: OperatorFields;
  /** The call that is hung up with it, where the switch takes commands. */
  hangUp?: string;
}

const URGE_MAX = 500;

/** Who hung up meanwhile is gone; what was noted stands either way, and the receipt says what to do. */
async function hangUp(callId: string): Promise<void> {
  await commandCall(callId, { command: 'hangup' }).catch(() => undefined);
  await refreshCalls();
}

/** @throws Problem; the same key then goes on where it stopped. */
export async function endWithout(ending: Ending, key: string): Promise<Receipt> {
  const { outcome, order, fields: f } = ending;
  const contactId =
    f.contactId ??
    (await startContact({ channel: f.channel, requester: requesterOf(f) }, `${key}-c`)).contactId;
  const words = f.content.trim();
  if (outcome === 'urged' && order)
    await api.urge(order.id, { level: 1, text: words.slice(0, URGE_MAX) }, `${key}-u`);
  if (outcome === 'redo_proposed' && order) {
    const input = { reason: words };
    await api.actOnOrder(order.id, { act: 'propose_redo', input }, `${key}-r`);
  }
  await endContact(contactId, { outcome, ...(order ? { orderId: order.id } : {}) }, `${key}-e`);
  if (ending.hangUp) await hangUp(ending.hangUp);
  return { filed: [], ended: { outcome, order }, requester: whoOf(f) };
}

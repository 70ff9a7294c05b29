/** The operator's form: what it holds and what it still needs. */
import type { Channel, DemandType, Urgency } from '../../../../src/contract.ts';
import type { Registered, RegisterInput } from '../../../../src/intake/schema.ts';
import { given } from '../../acts/AcceptForm.tsx';
import * as api from '../../data/api.ts';
import { asProblem, type Problem } from '../../data/problem.ts';
import { newKey } from '../../lib/random.ts';

export interface OperatorFields {
  channel: Channel;
  kind: 'natural' | 'legal' | 'anonymous';
  name: string;
  phone: string;
  /** The call that this demand joins, when one caller has several. */
  contactId: string | undefined;
  content: string;
  title: string;
  address: string;
  occurred: string;
  subjectName: string;
  type: DemandType | undefined;
  categoryCode: string | undefined;
  urgency: Urgency | undefined;
  areaCode: string | undefined;
  subjectKind: string | undefined;
  confidential: boolean;
  wishCallback: boolean;
  wishPublic: boolean;
  /** The answer given at once; undefined: it goes to dispatch. */
  answer: string | undefined;
}

export const EMPTY: OperatorFields = {
  channel: 'phone',
  kind: 'natural',
  name: '',
  phone: '',
  contactId: undefined,
  content: '',
  title: '',
  address: '',
  occurred: '',
  subjectName: '',
  type: undefined,
  categoryCode: undefined,
  urgency: undefined,
  areaCode: undefined,
  subjectKind: undefined,
  confidential: false,
  wishCallback: true,
  wishPublic: false,
  answer: undefined,
};
/** Who raised it stays in this tab. */
export const SECRET = ['name', 'phone'] as const;

export const barePhone = (typed: string): string =>
  typed.replace(/[\s\-()（）]/g, '').replace(/^(\+|00)86/, '');
export const isPhone = (typed: string): boolean => /^\d{5,15}$/.test(barePhone(typed));

/** What an order needs before it can be dispatched; without it, it waits for acceptance. */
export const isAcceptable = (f: OperatorFields): boolean =>
  Boolean(f.type && f.urgency && f.categoryCode && f.categoryCode.length >= 4);

function registerInput(f: OperatorFields): RegisterInput {
  return {
    channel: f.channel,
    ...(f.contactId ? { contactId: f.contactId } : {}),
    requester: {
      kind: f.kind,
      name: f.name.trim(),
      ...(f.phone.trim() ? { phone: barePhone(f.phone) } : {}),
    },
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

/** What became of a registration and of the act that followed at once. */
export interface Receipt {
  registered: Registered;
  followed: 'accepted' | 'answered' | 'none' | 'failed';
  problem: Problem | null;
  requester: Pick<OperatorFields, 'channel' | 'kind' | 'name' | 'phone'>;
}

/**
 * Registers, then accepts or answers. The registration counts once it is stored: when the second
 * step fails, the receipt says so and the order page offers it again.
 * @throws Problem when the registration itself was not stored.
 */
export async function registerAndGoOn(f: OperatorFields, key: string): Promise<Receipt> {
  const registered = await api.register(registerInput(f), key);
  const { channel, kind, name, phone } = f;
  const receipt = { registered, requester: { channel, kind, name, phone } };
  try {
    const followed = await goOn(f, registered);
    return { ...receipt, followed, problem: null };
  } catch (error) {
    return { ...receipt, followed: 'failed', problem: asProblem(error) };
  }
}

async function goOn(f: OperatorFields, registered: Registered): Promise<Receipt['followed']> {
  const { orderId, version } = registered;
  const { type, urgency, categoryCode, title, answer } = f;
  if (answer !== undefined) {
    if (!type || !answer.trim()) return 'none';
    const code = categoryCode && categoryCode.length >= 4 ? { categoryCode } : {};
    await api.actOnOrder(
      orderId,
      { act: 'direct_answer', version, input: { type, answer, ...code } },
      newKey(),
    );
    return 'answered';
  }
  if (!isAcceptable(f) || !type || !urgency || !categoryCode) return 'none';
  const input = { type, urgency, categoryCode, title, ...given(f) };
  await api.actOnOrder(orderId, { act: 'accept', version, input }, newKey());
  return 'accepted';
}

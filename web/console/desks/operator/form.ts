/** The operator's form: what it holds and what it still needs. */
import type { Channel, DemandType, EmergencyTarget, Urgency } from '../../../../src/contract.ts';
import type { EmergencyGuess } from '../../../../src/understanding/schema.ts';
import type { OrderListItem } from '../../../../src/workorder/schema.ts';
import type { DeskCall } from '../../data/calls.ts';

/** One matter of a text that holds several. */
export interface PartFields {
  content: string;
  title: string;
  type: DemandType | undefined;
  categoryCode: string | undefined;
  urgency: Urgency | undefined;
  subjectKind: string | undefined;
}

/** A hand-over that was made for this form. */
export interface Handed {
  id: string;
  target: EmergencyTarget;
  at: string;
}

export interface OperatorFields {
  channel: Channel;
  kind: 'natural' | 'legal' | 'anonymous';
  name: string;
  phone: string;
  /** The call that this demand joins, when one caller has several. */
  contactId: string | undefined;
  /** The contact was begun by a hand-over of this form: who it is may still be told. */
  unnamed: boolean;
  content: string;
  title: string;
  /** The title as it was made; written otherwise, it is the operator's own. */
  madeTitle: string;
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
  /** What was asked once of who said nothing to work on; undefined: it is no such call. */
  asked: string | undefined;
  /** One order each; undefined: the form is one. */
  parts: PartFields[] | undefined;
  /** When the words first called for an emergency line, and by which words. */
  alarm: { at: number; because: string[] } | undefined;
  handed: Handed[];
  /** A person says that this kind of emergency is none; the reason goes to the record. */
  calm: { kind: EmergencyGuess['kind']; reason: string } | undefined;
  /** What the emergency line gave as its number. */
  receiptNo: string;
  /** Pictures that came with the words, as in a chat. */
  attachmentIds?: string[];
  /** The number came with a call and was not typed: it is masked as it was in the call. */
  numberGiven?: boolean;
  /** The title these words were sent with, where none was written: sent again, they keep it. */
  sentTitle?: { of: string; title: string };
}

export const EMPTY: OperatorFields = {
  channel: 'phone',
  kind: 'natural',
  name: '',
  phone: '',
  contactId: undefined,
  unnamed: false,
  content: '',
  title: '',
  madeTitle: '',
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
  asked: undefined,
  parts: undefined,
  alarm: undefined,
  handed: [],
  calm: undefined,
  receiptNo: '',
};
/** Who raised it stays in this tab. */
export const SECRET = ['name', 'phone'] as const;

/** Who calls, and how: kept when one caller has another matter. */
export type Who = Pick<OperatorFields, 'channel' | 'kind' | 'name' | 'phone'>;
export const whoOf = ({ channel, kind, name, phone }: OperatorFields): Who => ({
  channel,
  kind,
  name,
  phone,
});

/** What a call says of who calls, as a form begins. */
export const callerOf = (call: DeskCall): Partial<OperatorFields> => ({
  phone: call.phone ?? '',
  name: call.name,
  ...(call.phone ? { numberGiven: true } : {}),
  ...(call.contactId ? { contactId: call.contactId, unnamed: true } : {}),
});

/** A second matter of a contact that is stored: who calls, and how, is settled. */
export const isSettled = (f: OperatorFields): boolean => f.contactId !== undefined && !f.unnamed;

/** Another category: a title that was made for the last one is no title any more. */
export const reclassed = (
  f: Pick<OperatorFields, 'title' | 'madeTitle'>,
  categoryCode: string | undefined,
): Partial<OperatorFields> => ({
  categoryCode,
  subjectKind: undefined,
  ...(f.title !== '' && f.title === f.madeTitle ? { title: '' } : {}),
});

/** Whether a unit works on the order: who urges it is read there, else in the centre. */
export const isWithUnit = (order: Pick<OrderListItem, 'lead' | 'state'> | null): boolean =>
  order?.lead != null && WITH_UNIT.includes(order.state);
const WITH_UNIT: readonly OrderListItem['state'][] = ['dispatched', 'in_progress', 'suspended'];

export const barePhone = (typed: string): string =>
  typed
    .normalize('NFKC')
    .replace(/[\s\-()]/g, '')
    .replace(/^(\+|00)86/, '');
export const isPhone = (typed: string): boolean => /^\d{5,15}$/.test(barePhone(typed));

/** 13805774471 → 138****4471. */
export function maskPhone(typed: string): string {
  const bare = barePhone(typed);
  if (bare.length < 7) return bare;
  const head = bare.slice(0, bare.length > 8 ? 3 : 2);
  return `${head}****${bare.slice(-4)}`;
}

type Classified = Pick<OperatorFields, 'type' | 'urgency' | 'categoryCode'>;
/** What an order needs before it can be dispatched; without it, it waits for acceptance. */
export const isAcceptable = (f: Classified): boolean =>
  Boolean(f.type && f.urgency && f.categoryCode && f.categoryCode.length >= 4);

/** Whether something stands here that a next call would put away. */
export const isDirty = (f: OperatorFields): boolean =>
  f.content.trim() !== '' || f.handed.length > 0;

/** The emergency that the desk has to deal with now; what a person called none is none. */
export const alarmOf = (
  guess: EmergencyGuess | null | undefined,
  f: OperatorFields,
): EmergencyGuess | null => (guess && guess.kind !== f.calm?.kind ? guess : null);

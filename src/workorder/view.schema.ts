/** What readers of an order see. Instants are ISO 8601 UTC. */
import type { ClockView } from '../deadline/schema.ts';
import type {
  Channel,
  DemandType,
  EmergencyTarget,
  Flag,
  MissingItem,
  Party,
  Solved,
  Truth,
  Urgency,
  Visibility,
  WaitReason,
} from '../kernel/words.ts';
import type { ClassificationView } from '../understanding/schema.ts';
import type {
  AssignmentAct,
  AssignmentState,
  BuiltAssignmentAct,
  BuiltOrderAct,
  ClosingType,
  OrderAct,
  OrderState,
} from './lifecycle.ts';
import type { AttachmentMime, WaitingQueue } from './limits.ts';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface UnitRef {
  id: string;
  code: string;
  name: string;
  nameEn: string;
}
export interface CodeName {
  code: string;
  name: string;
  nameEn: string;
}

/** How many wait in each queue, and in triage for each reason; 999 = that many or more. */
export type OrderCounts = Record<WaitingQueue, number> & {
  waits: Record<WaitReason, number>;
  /** What the system dispatched by itself since midnight. */
  autoDispatchedToday: number;
};

/** One line of any list of orders. */
export interface OrderListItem {
  id: string;
  orderNo: string;
  state: OrderState;
  version: number;
  round: number;
  channel: Channel;
  type: DemandType | null;
  urgency: Urgency | null;
  category: CodeName | null;
  area: { code: string; name: string } | null;
  title: string;
  /** First 80 characters of the demand. */
  excerpt: string;
  confidential: boolean;
  lead: UnitRef | null;
  registeredAt: string;
  stateSince: string;
  closingType: ClosingType | null;
  /** The citizen said "not solved" and a supervisor has not decided yet. */
  redoProposed: boolean;
  urges: number;
  flags: Flag[];
  /** The emergency line its words call for, until it is handed over or a person says it is none. */
  emergency: EmergencyTarget | null;
  /** Why it waits for a person (registered, pending_dispatch); empty where the system may go on. */
  waits: WaitReason[];
  /**
   * What the system would have done while it waits, how sure it is of its understanding, and how sure
   * it would have to be to go on by itself; null for units, and once it waits no more.
   */
  suggested: { lead: UnitRef | null; score: number | null; needed: number | null } | null;
  /** The clock that holds it now; null where none runs (closed, transferred, merged). */
  clock: ClockView | null;
}

/** One line of a unit's inbox. */
export interface InboxItem extends OrderListItem {
  assignment: {
    id: string;
    state: AssignmentState;
    kind: 'lead' | 'co';
    organization: UnitRef;
    createdAt: string;
    signedAt: string | null;
    firstContactAt: string | null;
    /** A draft waits for its countersignature. */
    replyDrafted: boolean;
    /** Who sent the reply back that is to be written again. */
    returned: 'audit' | 'leader' | null;
    /** Who raised it left a number. */
    reachable: boolean;
    /** Its final clock, or the co-handler's; null once it was submitted. */
    clock: ClockView | null;
    /** The clock of the next step before that: sign, first contact, first disposal. */
    stepClock: ClockView | null;
  };
}

export interface ReplyView {
  id: string;
  version: number;
  kind: 'lead' | 'co' | 'direct';
  state: 'draft' | 'submitted' | 'accepted' | 'failed';
  truth: Truth | null;
  solved: Solved | null;
  contactMade: boolean | null;
  finding: string;
  measures: string;
  basis: string;
  publicVersion: string;
  authorName: string;
  countersignedByName: string | null;
  createdAt: string;
  submittedAt: string | null;
}

export interface AssignmentView {
  id: string;
  round: number;
  kind: 'lead' | 'co';
  state: AssignmentState;
  organization: UnitRef;
  createdAt: string;
  signedAt: string | null;
  signedByName: string | null;
  firstContactAt: string | null;
  submittedAt: string | null;
  waived: boolean;
  /** Living clocks of this assignment: sign, first contact, final or co. */
  clocks: ClockView[];
  /** Replies the viewer may read, oldest first. */
  replies: ReplyView[];
  /** Acts this viewer may do here now; `draft_reply` = write the reply for countersignature. */
  allowed: (BuiltAssignmentAct | 'draft_reply')[];
}

/** One act as the timeline shows it; `text` only where the viewer may read it. */
export interface TimelineItem {
  id: string;
  act: OrderAct | AssignmentAct;
  from: OrderState | null;
  to: OrderState;
  version: number;
  round: number;
  party: Party;
  actorName: string | null;
  organization: UnitRef | null;
  at: string;
  detail: Record<string, unknown>;
  texts: { kind: string; visibility: Visibility | 'addressed'; body: string }[];
}

/** Masked identity; numbers are revealed one by one, with a reason, and logged. */
export interface RequesterView {
  kind: 'natural' | 'legal' | 'anonymous';
  /** Family name and form only, e.g. “陈**”; null when hidden or not given. */
  name: string | null;
  /** e.g. “138****4471”; null when hidden or not given. */
  phone: string | null;
  canReveal: boolean;
  /** True when the demand is confidential and this viewer may not see who raised it. */
  hidden: boolean;
}

/** One file of an order. `url` is read with the session (staff) or the citizen's pass. */
export interface AttachmentView {
  id: string;
  name: string;
  mime: AttachmentMime;
  bytes: number;
  /** Pixels; null for what is no picture. */
  width: number | null;
  height: number | null;
  visibility: Visibility;
  /** Who brought it. */
  party: Party;
  organization: UnitRef | null;
  actId: string | null;
  /** The reply it is evidence of, drafts included. */
  replyId: string | null;
  at: string;
  url: string;
  /** A picture of at most 320 px, where it is one. */
  thumbUrl: string | null;
}

/** The whole order for one viewer. */
export interface OrderDetail extends OrderListItem {
  contactId: string;
  content: string;
  address: string;
  occurred: string;
  subjectName: string;
  subjectKind: string | null;
  anonymous: boolean;
  wishCallback: boolean;
  wishPublic: boolean;
  noReturn: boolean;
  direct: boolean;
  closedAt: string | null;
  requester: RequesterView;
  /** Answers given without a unit (直接答复), oldest first. */
  directReplies: ReplyView[];
  assignments: AssignmentView[];
  /** What the platform understood of it; null for orders from before, and for units. */
  classification: ClassificationView | null;
  /** Files the viewer may open, oldest first. */
  attachments: AttachmentView[];
  /** Orders that this one was taken out of, or that were taken out of it. */
  splitFrom: { id: string; orderNo: string } | null;
  splitInto: { id: string; orderNo: string; title: string }[];
  /** 110, 119, 120 or 122 once it was handed over. */
  transferTarget: EmergencyTarget | null;
  /** What the citizen was asked for, while the order waits for it. */
  supplement: {
    missing: MissingItem[];
    question: string;
    askedAt: string;
    dueAt: string | null;
  } | null;
  timeline: TimelineItem[];
  /** Order acts this viewer may do now. */
  allowed: BuiltOrderAct[];
}

/** What every act answers. */
export interface ActResult {
  orderId: string;
  state: OrderState;
  version: number;
  /** The row the act made, if any (an assignment, a reply, an urge). */
  createdId?: string;
}

/** The final reply while it is written: what it holds and what it still needs. */
import type { AssignmentView, OrderDetail, ReplyView } from '../../../../src/workorder/schema.ts';
import type { ReplyText } from '../../data/api.ts';
import { filesOfReply } from '../../data/attachments.ts';
import { useMe } from '../../data/session.tsx';
import { useDraft } from '../../lib/drafts.ts';
import type { ReplyFields } from './reply-fields.ts';

export type { ReplyFields };

/** The reply on the server that a form began with. */
interface Base {
  id: string;
  version: number;
  draft: boolean;
}

/** What is kept while it is written; without `base` nothing is, and the form shows the server's. */
interface Kept extends ReplyFields {
  base: Base | null | undefined;
  /** The text at that base, as `textName` writes it. */
  was: string;
}
const NOTHING: Kept = {
  truth: undefined,
  finding: '',
  measures: '',
  basis: '',
  solved: undefined,
  contactMade: undefined,
  publicVersion: '',
  waiverReason: '',
  files: [],
  base: undefined,
  was: '',
};

/** The draft that waits for its countersignature; after a failed audit the reply that failed. */
const replyOf = (assignment: AssignmentView): ReplyView | undefined =>
  assignment.replies.findLast((reply) => reply.state === 'draft' && reply.kind === 'lead') ??
  assignment.replies.findLast((reply) => reply.state === 'failed');

function begin(order: OrderDetail, assignment: AssignmentView): Kept {
  const from = replyOf(assignment);
  const fields: Kept = {
    ...NOTHING,
    truth: from?.truth ?? undefined,
    finding: from?.finding ?? '',
    measures: from?.measures ?? '',
    basis: from?.basis ?? '',
    solved: from?.solved ?? undefined,
    contactMade: from?.contactMade ?? undefined,
    publicVersion: from?.publicVersion ?? '',
    files: from ? filesOfReply(order.attachments, from.id) : [],
    base: from ? { id: from.id, version: from.version, draft: from.state === 'draft' } : null,
  };
  return { ...fields, was: textName(fields) };
}

/** Nobody says that they spoke with the citizen by leaving a box alone. */
const contactOf = (f: { contactMade: boolean | undefined }) => f.contactMade ?? false;

/** Equal texts have equal names. */
const textName = (f: ReplyFields | ReplyText): string =>
  JSON.stringify([
    [f.truth, f.solved, contactOf(f)],
    [f.finding, f.measures, f.basis, f.publicVersion],
    'files' in f ? f.files.map((file) => file.id) : f.attachmentIds,
  ]);

/** Whether the server holds something later than the base; an answer read earlier does not count. */
function isOutdated(base: Base | null, assignment: AssignmentView): boolean {
  const now = replyOf(assignment);
  if (!now) return false;
  if (!base) return true;
  if (now.id !== base.id) return assignment.replies.some((reply) => reply.id === base.id);
  return now.version > base.version || (base.draft && now.state !== 'draft');
}

const formName = (assignment: AssignmentView) => `reply.${assignment.id}.${assignment.round}`;

/**
 * The reply as it stands in the form. Until something is changed it is what the server holds, also
 * when that changes; what was changed stays, with the version it began with.
 */
export function useReplyDraft(order: OrderDetail, assignment: AssignmentView) {
  const draft = useDraft<Kept>(useMe().userId, formName(assignment), NOTHING);
  const kept = draft.value;
  const fresh = begin(order, assignment);
  const name = textName(kept);
  const outdated = kept.base !== undefined && isOutdated(kept.base, assignment);
  const follows =
    kept.base === undefined || (outdated && (name === kept.was || name === fresh.was));
  const value = follows ? { ...fresh, waiverReason: kept.waiverReason } : kept;
  const draftVersion = value.base?.draft ? value.base.version : null;
  return {
    value: value as ReplyFields,
    savedAt: follows ? undefined : draft.savedAt,
    /** Version of the draft that this text began with; null: there was none. */
    draftVersion,
    /** The server holds exactly this; then nobody becomes its author by looking at it. */
    stored: draftVersion !== null && textName(value) === value.was,
    /** The draft that waits for its countersignature, as the server holds it. */
    onServer: assignment.replies.findLast((r) => r.state === 'draft' && r.kind === 'lead'),
    /** What somebody else stored while this was changed. */
    newer: outdated && !follows ? replyOf(assignment) : undefined,
    set: (change: Partial<ReplyFields>) => draft.set({ ...value, ...change }),
    /** The server took `text` as this version; it is the base now. */
    saved(text: ReplyText, reply: { replyId: string; version: number }) {
      const base = { id: reply.replyId, version: reply.version, draft: true };
      draft.set({ base, was: textName(text) });
    },
    /** Goes on with what is written, on top of what the server holds. */
    rebase: () => draft.set({ ...value, base: fresh.base, was: fresh.was }),
    clear: draft.clear,
    forget: draft.forget,
  };
}
export type ReplyDraft = ReturnType<typeof useReplyDraft>;

/** What is sent; undefined while a choice is missing. */
export function replyText(f: ReplyFields): ReplyText | undefined {
  const { truth, solved, finding, measures, basis, publicVersion } = f;
  if (!truth || !solved) return undefined;
  const contactMade = contactOf(f);
  const attachmentIds = f.files.map((file) => file.id);
  return { truth, solved, contactMade, finding, measures, basis, publicVersion, attachmentIds };
}

/** Co-handlers of this round who have neither replied nor been waived. */
export const openCo = (order: OrderDetail): AssignmentView[] =>
  order.assignments.filter(
    (a) =>
      a.kind === 'co' &&
      a.round === order.round &&
      !a.waived &&
      (a.state === 'pending_sign' || a.state === 'signed'),
  );

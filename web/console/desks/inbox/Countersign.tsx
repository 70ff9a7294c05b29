/** What the leader countersigns: the draft on paper, its evidence, and what changed since the last reply. */
import type { OrderDetail, ReplyView } from '../../../../src/workorder/schema.ts';
import { filesOfReply } from '../../data/attachments.ts';
import { difference } from '../../lib/alike.ts';
import { useWords } from '../../lib/text.ts';
import { AttachmentList } from '../../parts/Attachments.tsx';
import { Dots, Stamp } from '../../parts/Marks.tsx';
import { ReplyBody } from '../../parts/Replies.tsx';

interface Props {
  order: OrderDetail;
  draft: ReplyView;
}

export function DraftOnPaper({ order, draft }: Props) {
  const { say } = useWords();
  const before = lastReply(order);
  return (
    <article
      className="reply countersign"
      aria-label={say('unit.draft_of', { name: draft.authorName })}
    >
      <header className="sm sec">
        <Dots>
          <b>{say('unit.draft_of', { name: draft.authorName })}</b>
          <Stamp at={draft.createdAt} />
        </Dots>
      </header>
      <ReplyBody reply={draft} />
      <AttachmentList files={filesOfReply(order.attachments, draft.id)} facts />
      {before && <Changes before={before} after={draft} />}
    </article>
  );
}

/** The reply that the citizen or the audit has seen last. */
const lastReply = (order: OrderDetail): ReplyView | undefined =>
  order.assignments
    .flatMap((a) => a.replies)
    .filter((reply) => reply.kind === 'lead' && reply.state !== 'draft')
    .at(-1);

const PARTS = ['finding', 'measures', 'publicVersion'] as const;
type Texts = Pick<ReplyView, (typeof PARTS)[number]>;

/** Clause by clause: what is new stands underlined, what is gone is struck out. */
function Changes({ before, after }: { before: ReplyView; after: Texts }) {
  const { say } = useWords();
  const label = {
    finding: 'reply.finding',
    measures: 'reply.measures',
    publicVersion: 'reply.public',
  } as const;
  const changed = PARTS.filter((part) => before[part] !== after[part]);
  return (
    <section className="changes">
      <h2 className="small-head">
        {say('unit.changed_since', { state: say(`reply.${before.state}`) })}
      </h2>
      {changed.length === 0 && <p className="sm today-t">{say('unit.nothing_changed')}</p>}
      {changed.map((part) => (
        <p key={part} className="sm">
          <b>{say(label[part])}</b>　
          {difference(before[part], after[part]).map(({ kind, text }, i) =>
            kind === 'added' ? (
              <ins key={i}>{text}</ins>
            ) : kind === 'gone' ? (
              <del key={i}>{text}</del>
            ) : (
              <span key={i} className="mut">
                {text}
              </span>
            ),
          )}
        </p>
      ))}
    </section>
  );
}

import type {
  AssignmentView,
  AttachmentView,
  OrderDetail,
  ReplyView,
} from '../../../src/workorder/schema.ts';
import { filesOfReply } from '../data/attachments.ts';
import { useWords } from '../lib/text.ts';
import { AttachmentList } from './Attachments.tsx';
import { Dots, Stamp, Tag } from './Marks.tsx';
import { EmptyState } from './States.tsx';

/** All replies the viewer may read, the newest first. */
export function Replies({ order }: { order: OrderDetail }) {
  const { say } = useWords();
  const replies = order.assignments
    .flatMap((assignment) => assignment.replies.map((reply) => ({ assignment, reply })))
    .sort((a, b) => Date.parse(b.reply.createdAt) - Date.parse(a.reply.createdAt));
  if (replies.length === 0) {
    return <EmptyState title={say('reply.none')}>{say('reply.none_next')}</EmptyState>;
  }
  return (
    <div className="replies">
      {replies.map(({ assignment, reply }) => (
        <ReplyText
          key={reply.id}
          assignment={assignment}
          reply={reply}
          files={filesOfReply(order.attachments, reply.id)}
        />
      ))}
    </div>
  );
}

/** The last reply of the lead that is more than a draft; what is judged and read out. */
export function submittedReply(order: OrderDetail): ReplyView | undefined {
  return order.assignments
    .filter((a) => a.kind === 'lead')
    .flatMap((a) => a.replies)
    .filter((reply) => reply.state !== 'draft' && reply.kind !== 'co')
    .at(-1);
}

interface Props {
  assignment: AssignmentView;
  reply: ReplyView;
  /** Its evidence. */
  files?: readonly AttachmentView[];
}
export function ReplyText({ assignment, reply, files = [] }: Props) {
  const { say, name } = useWords();
  return (
    <article className="reply">
      <header className="row wrap sm">
        <b>{name(assignment.organization)}</b>
        <Tag>{say(`kind.${assignment.kind}`)}</Tag>
        <Tag kind="line">{say(`reply.${reply.state}`)}</Tag>
        <span className="mut">
          <Dots>
            {reply.authorName}
            {reply.countersignedByName &&
              say('reply.countersigned', { name: reply.countersignedByName })}
            <Stamp at={reply.submittedAt ?? reply.createdAt} />
          </Dots>
        </span>
      </header>
      <ReplyBody reply={reply} />
      <AttachmentList files={files} facts />
    </article>
  );
}

/** The parts of a reply that are there, in the order they are judged. */
export function ReplyBody({ reply }: { reply: ReplyView }) {
  const { say } = useWords();
  const parts = [
    [say('reply.finding'), reply.finding],
    [say('reply.measures'), reply.measures],
    [say('reply.basis'), reply.basis],
    [say('reply.public'), reply.publicVersion],
  ] as const;
  return (
    <>
      <p className="sm">
        <Dots>
          {reply.truth && `${say('reply.truth')} ${say(`truth.${reply.truth}`)}`}
          {reply.solved && `${say('reply.solved')} ${say(`solved.${reply.solved}`)}`}
          {reply.contactMade !== null &&
            say(reply.contactMade ? 'reply.contact_yes' : 'reply.contact_no')}
        </Dots>
      </p>
      {parts.map(
        ([label, text]) =>
          text && (
            <div key={label}>
              <h2 className="small-head">{label}</h2>
              <p className="said m">{text}</p>
            </div>
          ),
      )}
    </>
  );
}

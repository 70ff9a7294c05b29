import type { OrderDetail } from '../../../src/workorder/schema.ts';
import { useWords } from '../lib/text.ts';
import { Dots, Stamp } from './Marks.tsx';
import { OrderOrigin } from './OrderHead.tsx';
import { submittedReply } from './Replies.tsx';
import { Said } from './Said.tsx';

interface Props {
  order: OrderDetail;
  publicOnly?: boolean;
  /** Whoever reads it is about to call. */
  calling?: boolean;
}
/** What was asked, beside what was answered. */
export function Pair({ order, publicOnly = false, calling = false }: Props) {
  const { say, name } = useWords();
  const reply = submittedReply(order);
  const direct = reply ? undefined : order.directReplies.at(-1);
  const answered = reply
    ? publicOnly
      ? reply.publicVersion
      : reply.finding
    : (direct?.publicVersion ?? directAnswer(order));
  return (
    <div className="pair">
      <div>
        <h2>{say('pair.asked')}</h2>
        <Said words={order.content} medium />
        <OrderOrigin order={order} calling={calling} />
      </div>
      <div>
        <h2>
          <Dots>
            {say(direct ? 'pair.direct' : 'pair.answered')}
            {!direct && order.lead && name(order.lead)}
          </Dots>
        </h2>
        {answered ? (
          <p className="said m">{answered}</p>
        ) : (
          <p className="mut">{say('reply.none')}</p>
        )}
        {direct && (
          <p className="xs mut">
            <Dots>
              {direct.authorName}
              <Stamp at={direct.submittedAt ?? direct.createdAt} />
            </Dots>
          </p>
        )}
        {reply && (
          <p className="xs mut">
            <Dots>
              {reply.solved && `${say('reply.solved')} ${say(`solved.${reply.solved}`)}`}
              {reply.truth && say(`truth.${reply.truth}`)}
              {reply.submittedAt && <Stamp at={reply.submittedAt} />}
            </Dots>
          </p>
        )}
      </div>
    </div>
  );
}

/** An answer that the hotline gave itself stands in the act. */
const directAnswer = (order: OrderDetail): string | undefined =>
  order.timeline.findLast((item) => item.act === 'direct_answer')?.texts[0]?.body;

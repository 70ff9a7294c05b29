import { Link } from 'react-router';
import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import { filesOfReply } from '../../data/attachments.ts';
import { useWords } from '../../lib/text.ts';
import { AttachmentList } from '../../parts/Attachments.tsx';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { OrderNo, OrderTags, OrderTitle, UrgencyTag } from '../../parts/Marks.tsx';
import { Pair } from '../../parts/Pair.tsx';
import { ReplyText, submittedReply } from '../../parts/Replies.tsx';
import { Timeline } from '../../parts/Timeline.tsx';
import { UnitTable } from '../orders/UnitTable.tsx';

const TIMELINE_MAX = 8;

/** What an auditor reads: the demand, every part of the reply, the other units, the way here. */
export function AuditedOrder({ order }: { order: OrderDetail }) {
  const { say } = useWords();
  return (
    <>
      <div className="audited-head">
        <div className="row wrap">
          {order.clock && <ClockChip clock={order.clock} />}
          <OrderNo no={order.orderNo} />
          <UrgencyTag urgency={order.urgency} />
          <OrderTags order={order} />
          <Link className="sm open" to={`/orders/${order.id}`}>
            {say('order.open_whole')}
          </Link>
        </div>
        <h2 className="audited-title">
          <OrderTitle order={order} />
        </h2>
      </div>
      <Pair order={order} />
      <ReplyParts order={order} />
      <section className="wide audited-units" aria-labelledby="audited-units" tabIndex={0}>
        <h2 className="small-head" id="audited-units">
          {say('order.units')}
        </h2>
        <UnitTable order={order} />
      </section>
      <div className="audited-line">
        <h2 className="small-head">{say('order.timeline')}</h2>
        <Timeline order={order} limit={TIMELINE_MAX} />
      </div>
    </>
  );
}

/** The rest of the lead's reply, then what the co-handlers wrote. */
function ReplyParts({ order }: { order: OrderDetail }) {
  const { say } = useWords();
  const lead = submittedReply(order);
  const co = order.assignments
    .filter((a) => a.kind === 'co' && a.round === order.round)
    .flatMap((assignment) => assignment.replies.map((reply) => ({ assignment, reply })));
  const parts = lead
    ? ([
        [say('reply.measures'), lead.measures],
        [say('reply.basis'), lead.basis],
        [say('reply.public'), lead.publicVersion],
      ] as const)
    : [];
  return (
    <div className="wide audited-parts">
      {lead && <AttachmentList files={filesOfReply(order.attachments, lead.id)} facts />}
      {parts.map(([label, text]) => (
        <div key={label}>
          <h2 className="small-head">{label}</h2>
          <p className="said m">{text || <span className="mut">{say('reply.left_empty')}</span>}</p>
        </div>
      ))}
      {co.map(({ assignment, reply }) => (
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

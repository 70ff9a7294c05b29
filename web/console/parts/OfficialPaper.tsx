/** An order on paper, in the form of an official document (GB/T 9704): what the unit works by, and what it answers. */
import './official.css';
import { Button } from 'antd';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { createPortal, flushSync } from 'react-dom';
import type { AssignmentView, OrderDetail, ReplyView } from '../../../src/workorder/schema.ts';
import { filesOfReply } from '../data/attachments.ts';
import { useClockNow } from '../data/clock.ts';
import { useMe } from '../data/session.tsx';
import { useTouch } from '../lib/prefs.ts';
import { useWords, type Words } from '../lib/text.ts';
import { dateText, instantText } from '../lib/paper-time.ts';
import { submittedReply } from './Replies.tsx';

export const PAPERS = ['slip', 'reply'] as const;
export type Paper = (typeof PAPERS)[number];

/** Papers of this order; Ctrl+P prints all there are, a button one of them. */
export function usePapers(order: OrderDetail) {
  const reply = submittedReply(order);
  const papers: Paper[] = reply ? ['slip', 'reply'] : ['slip'];
  const [only, setOnly] = useState<Paper | null>(null);
  useEffect(() => {
    const all = () => setOnly(null);
    window.addEventListener('afterprint', all);
    return () => window.removeEventListener('afterprint', all);
  }, []);
  const print = (paper: Paper) => {
    flushSync(() => setOnly(paper));
    window.print();
  };
  const sheets = createPortal(
    <div className="official">
      {only !== 'reply' && <Slip order={order} />}
      {only !== 'slip' && reply && <ReplyPaper order={order} reply={reply} />}
    </div>,
    document.body,
  );
  return { papers, print, sheets };
}

type Papers = Pick<ReturnType<typeof usePapers>, 'papers' | 'print'>;

/** One button for each paper there is. */
export function PrintButtons({ papers, print }: Papers) {
  const { say } = useWords();
  return (
    <span className="row print-buttons">
      {papers.map((paper) => (
        <Button key={paper} size="small" onClick={() => print(paper)}>
          {say(`print.print_${paper}`)}
        </Button>
      ))}
    </span>
  );
}

/** The same in a bar of many acts: where fingers need large buttons they stand behind one. */
export function FoldedPrints(props: Papers) {
  const { say } = useWords();
  const more = useRef<HTMLDetailsElement>(null);
  if (!useTouch()) return <PrintButtons {...props} />;
  const print = (paper: Paper) => {
    more.current?.removeAttribute('open');
    props.print(paper);
  };
  return (
    <details className="bar-more" ref={more}>
      <summary>{say('print.more')}</summary>
      <PrintButtons papers={props.papers} print={print} />
    </details>
  );
}

/** The frame of a paper: red head, number, title; who printed it when stands at the foot of each page. */
interface SheetProps {
  head: string;
  no: ReactNode;
  title: string;
  children: ReactNode;
}
function Sheet({ head, no, title, children }: SheetProps) {
  const words = useWords();
  const me = useMe();
  const at = useClockNow();
  const printed = words.say('print.by', { name: me.name, at: instantText(at, words.language) });
  return (
    <table className="sheet">
      <tfoot>
        <tr>
          <td>
            <div className="sheet-foot">{printed}</div>
          </td>
        </tr>
      </tfoot>
      <tbody>
        <tr>
          <td>
            <header className="red-head">
              <p>{head}</p>
              <div>{no}</div>
            </header>
            <h1>{title}</h1>
            {children}
          </td>
        </tr>
      </tbody>
    </table>
  );
}

const fullNo = (no: string) => (no.length > 12 ? `${no.slice(0, 8)}-${no.slice(8)}` : no);

/** Who raised it, as far as paper may tell: never a whole number, nothing of a confidential one. */
function requesterText({ order, words }: { order: OrderDetail; words: Words }): string {
  const { requester: who } = order;
  if (order.confidential || who.hidden) return words.say('print.confidential');
  if (order.anonymous || who.kind === 'anonymous') return words.say('requester.anonymous');
  const parts = [who.name, who.phone?.includes('*') ? who.phone : null];
  return parts.filter(Boolean).join('　') || words.say(`masked.none_${who.kind}`);
}

type Row = readonly [label: string, value: ReactNode, label2?: string, value2?: ReactNode];

/** 承办单. */
function Slip({ order }: { order: OrderDetail }) {
  const words = useWords();
  const { say } = words;
  const head = say('print.center', { city: say('wall.city') });
  return (
    <Sheet
      head={head}
      title={say('print.slip')}
      no={
        <>
          <span>{say('print.no', { no: fullNo(order.orderNo) })}</span>
          <span>{say('print.urgency', { urgency: urgencyText(order, words) })}</span>
        </>
      }
    >
      <Grid rows={slipRows(order, words)} />
      <p className="print-sign">
        {head}
        <br />
        {dateText(order.assignments.at(-1)?.createdAt ?? order.registeredAt, words.language)}
      </p>
    </Sheet>
  );
}

const urgencyText = (order: OrderDetail, { say }: Words) =>
  order.urgency ? say(`urgency.${order.urgency}`) : say('mark.no_urgency');

function slipRows(order: OrderDetail, words: Words): Row[] {
  const { say, name, list, language } = words;
  const current = order.assignments.filter(
    (a) => a.round === order.round && a.state !== 'cancelled' && a.state !== 'returned',
  );
  const lead = current.find((a) => a.kind === 'lead');
  const co = current.filter((a) => a.kind === 'co');
  const registered = Date.parse(order.registeredAt);
  const at = (instant: string | null | undefined) =>
    instant ? instantText(Date.parse(instant), language, registered) : '';
  const due = (clock: 'sign' | 'first_contact' | 'final') =>
    at(lead?.clocks.find((c) => c.clock === clock)?.dueAt);
  const category = order.category ? `${order.category.code} ${name(order.category)}` : '';
  return [
    [
      say('field.type'),
      order.type ? say(`type.${order.type}`) : '',
      say('field.category'),
      category,
    ],
    [
      say('print.channel'),
      say(`channel.${order.channel}`),
      say('print.registered'),
      instantText(registered, language),
    ],
    [
      say('masked.requester'),
      requesterText({ order, words }),
      say('print.callback'),
      say(order.wishCallback ? 'wish.wishCallback' : 'wish.no_callback'),
    ],
    [say('field.address'), [order.area?.name, order.address].filter(Boolean).join('　')],
    ...(order.subjectName ? [[say('print.about'), order.subjectName] as const] : []),
    [
      say('print.section_demand'),
      <p key="said" className="print-said">
        {order.content}
      </p>,
    ],
    [
      say('kind.lead'),
      lead ? name(lead.organization) : '',
      say('kind.co'),
      list(co.map((a) => name(a.organization))),
    ],
    [
      say('order.dispatched_at'),
      at(lead?.createdAt),
      say('print.signed'),
      signedText(lead, at, due('sign'), words),
    ],
    [
      say('act.first_contact'),
      lead?.firstContactAt ? at(lead.firstContactAt) : dueWords(due('first_contact'), words),
      say('print.due'),
      lead?.submittedAt
        ? say('print.submitted', { at: at(lead.submittedAt) })
        : dueWords(due('final'), words),
    ],
    ...dispatchNote(order, words),
    [say('print.instruction'), <div key="room" className="print-room" />],
    [say('print.result'), <HandlingRecord key="record" order={order} />],
  ];
}

/** 办理记录: the first contacts and what the citizen was told on the way, then room for the pen. */
function HandlingRecord({ order }: { order: OrderDetail }) {
  const { say, language } = useWords();
  const registered = Date.parse(order.registeredAt);
  const told = order.timeline.filter(
    (item) =>
      item.act === 'first_contact' ||
      (item.act === 'progress' && item.detail.visibility === 'public'),
  );
  return (
    <>
      {told.map((item) => (
        <p key={item.id} className="print-said">
          {instantText(Date.parse(item.at), language, registered)}　
          {say(item.act === 'progress' ? 'act.progress' : 'act.first_contact')}
          {item.detail.reached === false && `（${say('timeline.not_reached')}）`}
          {item.texts.length > 0 && `：${item.texts.map((text) => text.body).join('\n')}`}
        </p>
      ))}
      <div className="print-room" />
    </>
  );
}

const dueWords = (at: string, { say }: Words) => (at ? say('print.by_due', { at }) : '');

const signedText = (
  lead: AssignmentView | undefined,
  at: (instant: string | null) => string,
  due: string,
  words: Words,
) =>
  lead?.signedAt
    ? [lead.signedByName, at(lead.signedAt)].filter(Boolean).join('　')
    : dueWords(due, words);

/** What the dispatcher wrote for the unit, where this reader may see it. */
function dispatchNote(order: OrderDetail, { say }: Words): Row[] {
  const dispatched = order.timeline.findLast((item) => item.act === 'dispatch');
  const note = dispatched?.texts.map((text) => text.body).join('\n');
  return note
    ? [
        [
          say('print.dispatch_note'),
          <p key="note" className="print-said">
            {note}
          </p>,
        ],
      ]
    : [];
}

function Grid({ rows }: { rows: readonly Row[] }) {
  return (
    <table className="print-grid">
      <tbody>
        {rows.map(([label, value, label2, value2]) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            {label2 === undefined ? (
              <td colSpan={3}>{value}</td>
            ) : (
              <>
                <td>{value}</td>
                <th scope="row">{label2}</th>
                <td>{value2}</td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** 办理情况答复, from the unit to the centre. */
function ReplyPaper({ order, reply }: { order: OrderDetail; reply: ReplyView }) {
  const words = useWords();
  const { say, name, language } = words;
  const assignment = order.assignments.find((a) => a.replies.some((r) => r.id === reply.id));
  const unit = assignment ? name(assignment.organization) : '';
  const at = reply.submittedAt ?? reply.createdAt;
  const files = filesOfReply(order.attachments, reply.id);
  const result = [
    reply.truth && `${say('reply.truth')}：${say(`truth.${reply.truth}`)}`,
    reply.solved && `${say('reply.solved')}：${say(`solved.${reply.solved}`)}`,
  ].filter((part): part is string => Boolean(part));
  const sections = [
    [say('print.section_demand'), order.content],
    [say('reply.finding'), reply.finding],
    [say('reply.measures'), reply.measures],
    [say('reply.basis'), reply.basis],
    [say('print.section_result'), result.join('；')],
    [say('print.section_public'), reply.publicVersion],
  ].filter(([, text]) => text);
  return (
    <Sheet
      head={unit}
      title={say('print.reply')}
      no={
        <>
          <span>{say('print.no', { no: fullNo(order.orderNo) })}</span>
          <span>{order.round > 1 && say('mark.round', { n: order.round })}</span>
        </>
      }
    >
      <div className="print-body">
        <p className="print-to">
          {say('print.to', { center: say('print.center', { city: say('wall.city') }) })}
        </p>
        <p>
          {say('print.opening', {
            date: dateText(assignment?.createdAt ?? order.registeredAt, language),
            no: fullNo(order.orderNo),
          })}
        </p>
        {sections.map(([label, text], i) => (
          <section key={label}>
            <h2>
              {say('print.numbered', {
                n: say(`print.n${i + 1}` as 'print.n1'),
                label: label ?? '',
              })}
            </h2>
            {(text ?? '').split('\n').map((line, j) => (
              <p key={j}>{line}</p>
            ))}
          </section>
        ))}
        {files.length > 0 && (
          <p className="print-files">
            {say('print.files', { items: files.map((f, i) => `${i + 1}. ${f.name}`).join('　') })}
          </p>
        )}
        <p className="print-sign">
          {unit}
          <br />
          {dateText(at, language)}
        </p>
        <p className="print-people">
          {say('print.handler', { name: reply.authorName })}
          {reply.countersignedByName &&
            `　　${say('print.countersigned', { name: reply.countersignedByName })}`}
        </p>
      </div>
    </Sheet>
  );
}

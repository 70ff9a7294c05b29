import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ContactOutcome, TextKey } from '../../../../src/contract.ts';
import type { Advice } from '../../../../src/intake/schema.ts';
import type { OrderListItem } from '../../../../src/workorder/schema.ts';
import { useAbuseScript, useSeat } from '../../data/calls.ts';
import { useClockNow } from '../../data/clock.ts';
import { findStore } from '../../lib/find.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { dueText } from '../../lib/time.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots, OrderNo, OrderTitle, StateWord } from '../../parts/Marks.tsx';
import { ClockChip } from '../../parts/ClockChip.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { Because, useCategoryName } from './Because.tsx';
import { isWithUnit } from './form.ts';
import { partsOf } from './take.ts';
import type { Operator } from './useOperator.ts';
import { carried } from './words.ts';

interface Props {
  desk: Operator;
  advice: Advice;
}

/** What to do other than to dispatch: said first, because it changes everything below. */
export function ProposalAdvice({ desk, advice }: Props) {
  const { say } = useWords();
  const { proposal } = advice.understanding;
  const { act } = proposal;
  const related = advice.related;
  const kind = related?.act ?? act;
  const missed = !related && isOfAnother(act) ? act : null;
  if (kind === 'dispatch' || kind === 'transfer_emergency') return null;
  return (
    <section className="part sug do">
      <h2>{say('advice.do')}</h2>
      <p className="big">{say(missed ? `advice.none.${missed}` : `proposal.${kind}`)}</p>
      {!missed && <p className="sm sec">{say(`proposal.why.${kind}`)}</p>}
      <Because words={proposal.because.slice(0, 4)} />
      {related ? (
        <Related desk={desk} related={related} />
      ) : (
        <Unrelated desk={desk} advice={advice} />
      )}
      {desk.ending.problem && <ProblemNotice problem={desk.ending.problem} />}
    </section>
  );
}

/** Acts on an earlier order; without one there is nothing to do them to. */
const isOfAnother = (act: string): act is keyof typeof ENDS => act in ENDS;

/** The one key of this part. */
function Do(props: { off?: boolean; busy?: boolean; onDo: () => void; children: ReactNode }) {
  const { off = false, busy = false, onDo } = props;
  useKeys([{ keys: 'Alt+4', label: 'keys.do', run: onDo, off: off || busy, quiet: true }]);
  return (
    <p className="sug-act">
      <KeyButton size="small" keys="Alt+4" disabled={off} loading={busy} onClick={onDo}>
        {props.children}
      </KeyButton>
    </p>
  );
}

const ENDS: Record<'append' | 'redo' | 'progress_answer', [ContactOutcome, TextKey]> = {
  append: ['urged', 'advice.do_append'],
  redo: ['redo_proposed', 'advice.do_redo'],
  progress_answer: ['progress_answered', 'advice.do_progress'],
};

interface RelatedProps {
  desk: Operator;
  related: NonNullable<Advice['related']>;
}
function Related({ desk, related: { act, order } }: RelatedProps) {
  const { say } = useWords();
  const [outcome, words] = ENDS[act];
  return (
    <>
      <div className="mine">
        <div className="row between">
          <OrderNo no={order.orderNo} />
          <StateWord order={order} />
        </div>
        <p className="mine-title">
          <Link to={`/orders/${order.id}`}>
            <OrderTitle order={order} />
          </Link>
        </p>
        {order.clock && <ClockChip clock={order.clock} bare />}
      </div>
      {act === 'progress_answer' && <Progress order={order} />}
      <Do busy={desk.ending.busy} onDo={() => desk.endWith(outcome, order)}>
        {say(words)}
      </Do>
    </>
  );
}

/** What may be told: where it is, with whom, until when. */
function Progress({ order }: { order: OrderListItem }) {
  const { say, name, language } = useWords();
  const now = useClockNow();
  const { lead } = order;
  // Until when a unit has to answer; the other clocks are the house's own.
  const clock = isWithUnit(order) ? order.clock : null;
  return (
    <p className="script">
      {say(`advice.tell.${order.state}`)}
      {lead && say('advice.tell_unit', { unit: name(lead) })}
      {clock?.dueAt && say('advice.tell_due', { at: dueText(clock.dueAt, now, language) })}
    </p>
  );
}

/** Proposals that need no earlier order. */
function Unrelated({ desk, advice }: Props) {
  const { say } = useWords();
  const { draft } = desk;
  const { proposal } = advice.understanding;
  switch (proposal.act) {
    case 'split':
      return <Split desk={desk} advice={advice} />;
    case 'ask_supplement':
      return (
        <ul className="sug-list sm">
          {(proposal.missing ?? []).map((item) => (
            <li key={item}>{say(`missing.ask.${item}`)}</li>
          ))}
        </ul>
      );
    case 'reject':
      return (
        <>
          {proposal.ground && (
            <p className="sm">
              {proposal.ground}　{say(`ground.${proposal.ground}`)}
            </p>
          )}
          <p className="sm sec">{say('advice.reject_next')}</p>
        </>
      );
    case 'transfer_out':
      return <p className="sm sec">{say('advice.transfer_next')}</p>;
    case 'direct_answer':
      return <p className="sm sec">{say('advice.answer_next')}</p>;
    case 'close_no_substance':
      return (
        <Do off={draft.value.asked !== undefined} onDo={() => draft.set({ asked: '' })}>
          {say('advice.do_close')}
        </Do>
      );
    case 'abuse':
      return <Abuse desk={desk} />;
    default:
      return <Missed tail={proposal.orderNoTail} />;
  }
}

/** No order to urge, to do again or to tell of; a number that was named is searched for. */
function Missed({ tail }: { tail: string | undefined }) {
  const { say } = useWords();
  if (!tail) return <p className="sm sec">{say('advice.related_none')}</p>;
  return (
    <>
      <p className="sm sec">{say('advice.tail_none', { tail })}</p>
      <Do onDo={() => findStore.set({ typed: tail })}>{say('advice.find_tail', { tail })}</Do>
    </>
  );
}

/** Ends only after a warning in this very call, and ends the call with it. */
function Abuse({ desk }: { desk: Operator }) {
  const { say, language } = useWords();
  const { talking } = desk.calls;
  const script = useAbuseScript(true);
  const hangsUp = useSeat().data?.commands === true && talking !== undefined;
  const warned = !talking || talking.warnedNow;
  const end = () =>
    desk.ending.submit({
      outcome: 'abuse_ended',
      order: null,
      fields: desk.draft.value,
      ...(hangsUp ? { hangUp: talking.id } : {}),
    });
  return (
    <>
      <p className="script">
        {(language === 'en' ? script?.en : script?.zh) ?? say('advice.abuse_script')}
      </p>
      {!warned && <p className="sm today-t">{say('advice.abuse_warn_first')}</p>}
      <Do off={!warned} busy={desk.ending.busy} onDo={end}>
        {say(hangsUp ? 'advice.do_abuse_hang_up' : 'advice.do_abuse')}
      </Do>
    </>
  );
}

function Split({ desk: { draft, advised }, advice }: Props) {
  const { say } = useWords();
  const nameOf = useCategoryName();
  const taken = draft.value.parts !== undefined;
  const read = partsOf(advice) ?? [];
  // What was said since the words were read belongs to the parts, too.
  const words = carried(
    read.map((part) => part.content),
    advised.of,
    draft.value.content,
  );
  const parts = read.map((part, i) => ({ ...part, content: words?.[i] ?? part.content }));
  return (
    <>
      <ol className="sug-list sm">
        {parts.map((part, i) => (
          <li key={i}>
            {part.title || part.content}
            <span className="xs mut">
              <Dots>
                {part.type && say(`type.${part.type}`)}
                {part.categoryCode && nameOf(part.categoryCode)}
                {part.urgency && say(`urgency.${part.urgency}`)}
              </Dots>
            </span>
          </li>
        ))}
      </ol>
      <Do
        off={parts.length < 2 || taken || words === null}
        onDo={() => draft.set({ parts, answer: undefined })}
      >
        {taken ? say('dispatch.taken') : say('advice.do_split', { n: parts.length })}
      </Do>
      {!taken && words === null && <p className="xs mut">{say('advice.split_waits')}</p>}
    </>
  );
}

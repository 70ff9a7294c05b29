import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import { useOrderAct } from '../../acts/useOrderAct.ts';
import { useReference } from '../../data/queries.ts';
import { useMe } from '../../data/session.tsx';
import { useDraft } from '../../lib/drafts.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots, Tag } from '../../parts/Marks.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { WaitWords } from './TriageTable.tsx';

/** Why a person decides, and what the system made of the words, each with what decided. */
export function Understood({ order, onDone }: { order: OrderDetail; onDone: () => void }) {
  const { say } = useWords();
  const c = order.classification;
  return (
    <section className="understood">
      <p className="why but">
        <span>{say('routing.because')}</span>
        <WaitWords order={order} />
      </p>
      {order.flags.length > 0 && (
        <p className="row wrap">
          {order.flags.map((flag) => (
            <Tag key={flag} kind="line">
              {say(`flag.${flag}`)}
            </Tag>
          ))}
        </p>
      )}
      <h2 className="small-head">
        {say('triage.understood')}
        {c && <span className="r">{say('triage.sure', { n: Math.round(c.score * 100) })}</span>}
      </h2>
      {c ? <Guesses order={order} /> : <p className="sm mut">{say('triage.no_understanding')}</p>}
      {order.allowed.includes('accept') && <AcceptSuggested order={order} onDone={onDone} />}
    </section>
  );
}

function Guesses({ order }: { order: OrderDetail }) {
  const { say, name, list } = useWords();
  const { categories, areas } = useReference().data ?? {};
  const c = order.classification!;
  const category = categories?.find((x) => x.code === c.categoryCode);
  const area = areas?.find((x) => x.code === c.areaCode);
  const { because } = c;
  const why = (Object.keys(because) as (keyof typeof because)[]).flatMap((of) => {
    const terms = because[of] ?? [];
    return terms.length > 0
      ? `${say(`triage.because_${of}`)} ${list(terms.map((t) => `“${t}”`))}`
      : [];
  });
  return (
    <>
      <p>
        <Dots>
          {c.type && say(`type.${c.type}`)}
          {category && `${category.code} ${name(category)}`}
          {c.urgency && say(`urgency.${c.urgency}`)}
          {area?.name}
        </Dots>
      </p>
      {c.proposal !== 'dispatch' && (
        <p className="why but">
          <span>{say('routing.but')}</span>
          <Dots>
            {say(`proposal.${c.proposal}`)}
            {c.ground && say(`ground.${c.ground}`)}
            {c.missing.length > 0 && list(c.missing.map((m) => say(`missing.${m}`)))}
          </Dots>
        </p>
      )}
      {why.length > 0 && (
        <p className="why">
          <span>{say('routing.because')}</span>
          {why.join('；')}
        </p>
      )}
    </>
  );
}

/** One key accepts with what was understood, where that is enough to accept. */
function AcceptSuggested({ order, onDone }: { order: OrderDetail; onDone: () => void }) {
  const { say } = useWords();
  const draft = useDraft(useMe().userId, `accept-suggested.${order.id}`, {});
  const { submit, busy, problem } = useOrderAct(order, draft, onDone);
  const c = order.classification;
  const type = order.type ?? c?.type;
  const categoryCode = order.category?.code ?? c?.categoryCode;
  const urgency = order.urgency ?? c?.urgency;
  const areaCode = order.area?.code ?? c?.areaCode;
  const subjectKind = order.subjectKind ?? c?.subjectKind;
  const enough = Boolean(type && categoryCode && categoryCode.length >= 4 && urgency);
  const run = () => {
    if (!type || !categoryCode || !urgency || busy) return;
    submit({
      act: 'accept',
      version: order.version,
      input: {
        type,
        categoryCode,
        urgency,
        title: '',
        ...(areaCode && { areaCode }),
        ...(subjectKind && { subjectKind }),
      },
    });
  };
  useKeys([{ keys: '1', label: 'keys.accept_suggested', run, off: !enough }]);
  if (!enough) return null;
  return (
    <>
      <KeyButton size="small" keys="1" loading={busy} onClick={run}>
        {say('triage.accept_all')}
      </KeyButton>
      <ProblemNotice problem={problem} />
    </>
  );
}

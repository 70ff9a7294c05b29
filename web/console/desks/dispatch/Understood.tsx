import type { OrderDetail } from '../../../../src/workorder/schema.ts';
import { useReference } from '../../data/queries.ts';
import { useWords } from '../../lib/text.ts';
import { Dots, Tag } from '../../parts/Marks.tsx';
import { percentOf, WaitWords } from './TriageTable.tsx';

/** Why a person decides, and what the system made of the words, each with what decided. */
export function Understood({ order }: { order: OrderDetail }) {
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
        {c && <span className="r">{say('triage.sure', { n: percentOf(c.score) })}</span>}
      </h2>
      {c ? <Guesses order={order} /> : <p className="sm mut">{say('triage.no_understanding')}</p>}
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

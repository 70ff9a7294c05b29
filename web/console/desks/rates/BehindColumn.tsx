import { Link, useNavigate } from 'react-router';
import type { Rate, RateExclusion } from '../../../../src/contract.ts';
import type { RateFigure, RateItem, RatesView } from '../../../../src/reporting/schema.ts';
import { useBehind } from '../../data/rates.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { Dots, OrderNo, OrderTitle, Stamp } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { amount, behindOf, percent, PARTS, ratesAddress, type Place } from './address.ts';

interface Props {
  view: RatesView;
  place: Place;
}

/** What one figure rests on: its definition, what was left out, and every order. */
export function BehindColumn({ view, place }: Props) {
  const { say, name } = useWords();
  const { rate } = place;
  if (!rate) return <Definitions view={view} />;
  const row = view.units.find((u) => u.unit?.id === place.unitId) ?? view.total;
  const at = place.month ? view.months.indexOf(place.month) : -1;
  const figure = (row.months[at] ?? row.all)[rate];
  return (
    <>
      <div className="hd">
        <h2>{say('rate.behind', { rate: say(`rate.${rate}`) })}</h2>
        <span className="r xs mut">{row.unit ? name(row.unit) : say('rate.total')}</span>
      </div>
      <Numbers rate={rate} figure={figure} view={view} place={place} />
      <Orders view={view} place={place} />
      <Definition rate={rate} view={view} />
    </>
  );
}

function Numbers({ rate, figure, view, place }: Props & { rate: Rate; figure: RateFigure }) {
  const { say } = useWords();
  const left = Object.entries(figure.excluded) as [RateExclusion, number][];
  const count = {
    numerator: amount(figure.numerator),
    denominator: String(figure.denominator),
    missed: String(figure.missed),
    excluded: String(left.reduce((sum, [, n]) => sum + n, 0)),
  };
  return (
    <div className="part">
      <p className="row">
        <b className="rate-big">
          {figure.enough
            ? percent(figure.rate)
            : `${amount(figure.numerator)} / ${figure.denominator}`}
        </b>
        {!figure.enough && (
          <span className="xs mut">{say('rate.few_hint', { n: view.rules.enoughFrom })}</span>
        )}
      </p>
      <nav className="rate-parts" aria-label={say(`rate.${rate}`)}>
        {PARTS.map((part) => (
          <Link
            key={part}
            to={ratesAddress({ ...place, part, reason: undefined })}
            {...(place.part === part ? { 'aria-current': 'true' as const } : {})}
          >
            {say(`rate.part_${part}`)} <em>{count[part]}</em>
          </Link>
        ))}
      </nav>
      <p className="xs mut">
        <Dots>
          {figure.partly > 0 && say('rate.partly_n', { n: figure.partly })}
          {figure.strict !== null &&
            figure.enough &&
            say('rate.strict', { rate: percent(figure.strict / figure.denominator) })}
          {(figure.policyOnly ?? 0) > 0 && say('rate.policy_only', { n: figure.policyOnly ?? 0 })}
        </Dots>
      </p>
      {place.part === 'excluded' && (
        <nav className="rate-parts" aria-label={say('rate.exclusions')}>
          {left.map(([reason, n]) => (
            <Link
              key={reason}
              to={ratesAddress({ ...place, reason })}
              {...(place.reason === reason ? { 'aria-current': 'true' as const } : {})}
            >
              {say(`excluded.${reason}`)} <em>{n}</em>
            </Link>
          ))}
        </nav>
      )}
    </div>
  );
}

function Orders({ view, place }: Props) {
  const { say } = useWords();
  const pages = useBehind(behindOf(place, view.months));
  const navigate = useNavigate();
  const first = pages.items[0]?.order.id;
  const open = () => void navigate(`/orders/${first}`);
  useKeys([{ keys: 'Enter', label: 'keys.open', run: open, off: first === undefined }]);
  return (
    <div className="part">
      <QueryView query={pages}>
        {() =>
          pages.items.length === 0 ? (
            <p className="mut">{say('rate.empty')}</p>
          ) : (
            <ul className="rate-orders">
              {pages.items.map((item) => (
                <Item key={item.factId} item={item} rate={place.rate!} />
              ))}
            </ul>
          )
        }
      </QueryView>
      <LoadMore pages={pages} />
    </div>
  );
}

function Item({ item, rate }: { item: RateItem; rate: Rate }) {
  const { say, name } = useWords();
  const said = rate === 'satisfaction' ? 'satisfaction' : rate === 'solved' ? 'solved' : undefined;
  return (
    <li>
      <Link to={`/orders/${item.order.id}`}>
        <OrderTitle order={item.order} />
      </Link>
      <p className="xs mut">
        <Dots>
          <OrderNo no={item.order.orderNo} />
          {item.unit && name(item.unit)}
          <Stamp at={item.at} />
        </Dots>
      </p>
      <p className="xs">
        <Dots>
          {say(`outcome.${item.outcome}`)}
          {item.reason && say(`excluded.${item.reason}`)}
          {said && item.value && say(`${said}.${item.value}` as 'solved.solved')}
        </Dots>
      </p>
    </li>
  );
}

function Definitions({ view }: { view: RatesView }) {
  const { say } = useWords();
  return (
    <>
      <div className="hd">
        <h2>{say('rate.definition')}</h2>
        <span className="r xs mut">{say('rate.rules_version', { n: view.rules.version })}</span>
      </div>
      <p className="pad sm">{say('rate.behind_pick')}</p>
      {(['response', 'solved', 'satisfaction'] as const).map((rate) => (
        <Definition key={rate} rate={rate} view={view} />
      ))}
    </>
  );
}

function Definition({ rate, view }: { rate: Rate; view: RatesView }) {
  const { say } = useWords();
  return (
    <div className="part">
      <h2>{say(`rate.${rate}`)}</h2>
      <p className="sm">
        {say(`rate.${rate}_def`, {
          weight: view.rules.partlyWeight,
          from: view.rules.satisfiedFrom,
        })}
      </p>
    </div>
  );
}

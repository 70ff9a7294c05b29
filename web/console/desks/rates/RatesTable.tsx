import { Link } from 'react-router';
import { RATES, type Rate } from '../../../../src/contract.ts';
import type { RateFigure, RateRow, RatesView } from '../../../../src/reporting/schema.ts';
import { useWords } from '../../lib/text.ts';
import { amount, figuresOf, percent, ratesAddress, unitsOf } from './address.ts';
import type { Place, UnitOrder } from './address.ts';

interface Props {
  view: RatesView;
  place: Place;
}

/** Units down, the three rates across; every number opens its orders. */
export function RatesTable({ view, place }: Props) {
  const { say } = useWords();
  return (
    <table className="t rates-table">
      <colgroup>
        <col />
        {RATES.map((rate) => [
          <col key={`${rate}-rate`} style={{ width: 76 }} />,
          <col key={`${rate}-of`} style={{ width: 84 }} />,
          <col key={`${rate}-missed`} style={{ width: 64 }} />,
        ])}
      </colgroup>
      <thead>
        <tr>
          <th scope="col">{say('rate.unit')}</th>
          {RATES.map((rate) => (
            <Head key={rate} rate={rate} place={place} />
          ))}
        </tr>
      </thead>
      <tbody>
        <Row row={view.total} view={view} place={place} />
        {unitsOf(view, place).map((row) => (
          <Row key={row.unit?.id} row={row} view={view} place={place} />
        ))}
      </tbody>
    </table>
  );
}

/** A heading puts the units in its order: the worst first, pressed again the best, then as before. */
function Head({ rate, place }: { rate: Rate; place: Place }) {
  const { say } = useWords();
  const now = place.by?.rate === rate ? place.by.order : undefined;
  const next = now === 'worst' ? 'best' : now === 'best' ? undefined : 'worst';
  const to = (order: UnitOrder | undefined) =>
    ratesAddress({ ...place, by: order && { rate, order } });
  return (
    <>
      <th
        scope="colgroup"
        colSpan={2}
        className="num"
        aria-sort={now === 'worst' ? 'ascending' : now === 'best' ? 'descending' : undefined}
      >
        <Link to={to(next)} title={say(next ? `rate.sort_${next}` : 'rate.sort_off')}>
          {say(`rate.${rate}`)}
          {now === 'worst' ? ' ↑' : now === 'best' ? ' ↓' : ' ↕'}
        </Link>
      </th>
      <th scope="col" className="num" aria-sort={now === 'missed' ? 'descending' : undefined}>
        <Link
          to={to(now === 'missed' ? undefined : 'missed')}
          title={say(now === 'missed' ? 'rate.sort_off' : 'rate.sort_missed')}
        >
          {say('rate.part_missed')}
          {now === 'missed' ? ' ↓' : ''}
        </Link>
      </th>
    </>
  );
}

function Row({ row, view, place }: Props & { row: RateRow }) {
  const { say, name } = useWords();
  const figures = figuresOf(row, view, place.month);
  return (
    <tr className={row.unit ? '' : 'sum'} data-row={row.unit?.id ?? 'total'}>
      <th scope="row" className="fit">
        <div className="cut">{row.unit ? name(row.unit) : say('rate.total')}</div>
      </th>
      {RATES.map((rate) => (
        <Figure
          key={rate}
          rate={rate}
          figure={figures[rate]}
          place={{ ...place, unitId: row.unit?.id }}
          enoughFrom={view.rules.enoughFrom}
          chosen={place.rate === rate && place.unitId === row.unit?.id}
        />
      ))}
    </tr>
  );
}

interface FigureProps {
  rate: Rate;
  figure: RateFigure;
  place: Place;
  enoughFrom: number;
  chosen: boolean;
}

function Figure({ rate, figure, place, enoughFrom, chosen }: FigureProps) {
  const { say } = useWords();
  const to = (part: Place['part']) => ratesAddress({ ...place, rate, part, reason: undefined });
  const cell = {
    className: chosen ? 'num sel' : 'num',
    ...(place.rate === rate ? { 'data-chosen': true } : {}),
  };
  const left = Object.values(figure.excluded).reduce((sum, n) => sum + n, 0);
  if (figure.denominator === 0)
    return (
      <td {...cell} colSpan={3}>
        {left > 0 ? (
          <Link to={to('excluded')} aria-label={`${say('rate.part_excluded')} ${left}`}>
            —
          </Link>
        ) : (
          <span className="mut">—</span>
        )}
      </td>
    );
  return (
    <>
      <td {...cell}>
        {figure.enough ? (
          <Link className="rate" to={to('denominator')}>
            {percent(figure.rate)}
          </Link>
        ) : (
          <span className="mut xs" title={say('rate.few_hint', { n: enoughFrom })}>
            {say('rate.few')}
          </span>
        )}
      </td>
      <td {...cell}>
        <Link
          to={to('numerator')}
          aria-label={`${say('rate.part_numerator')} ${amount(figure.numerator)}`}
        >
          {amount(figure.numerator)}
        </Link>
        <span className="mut"> / </span>
        <Link
          to={to('denominator')}
          aria-label={`${say('rate.part_denominator')} ${figure.denominator}`}
        >
          {figure.denominator}
        </Link>
      </td>
      <td {...cell}>
        <Link
          to={to('missed')}
          className={figure.missed > 0 ? 'missed' : 'mut'}
          aria-label={`${say('rate.part_missed')} ${figure.missed}`}
        >
          {figure.missed}
        </Link>
      </td>
    </>
  );
}

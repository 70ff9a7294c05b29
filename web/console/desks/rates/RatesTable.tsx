import { Link } from 'react-router';
import { RATES, type Rate } from '../../../../src/contract.ts';
import type { RateFigure, RateRow, RatesView } from '../../../../src/reporting/schema.ts';
import { useWords } from '../../lib/text.ts';
import { amount, figuresOf, percent, ratesAddress, unitsOf, type Place } from './address.ts';

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
          <col key={`${rate}-rate`} style={{ width: 84 }} />,
          <col key={`${rate}-of`} style={{ width: 104 }} />,
        ])}
      </colgroup>
      <thead>
        <tr>
          <th scope="col">{say('rate.unit')}</th>
          {RATES.map((rate) => (
            <th key={rate} scope="colgroup" colSpan={2} className="num">
              {say(`rate.${rate}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <Row row={view.total} view={view} place={place} />
        {unitsOf(view, place.month).map((row) => (
          <Row key={row.unit?.id} row={row} view={view} place={place} />
        ))}
      </tbody>
    </table>
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
  const look = chosen ? 'num sel' : 'num';
  if (figure.denominator === 0)
    return (
      <td className={`${look} mut`} colSpan={2}>
        —
      </td>
    );
  return (
    <>
      <td className={look}>
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
      <td className={look}>
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
    </>
  );
}

import './rates.css';
import { Select } from 'antd';
import { useEffect, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { RATES } from '../../../../src/contract.ts';
import type { RatesView } from '../../../../src/reporting/schema.ts';
import { useReference } from '../../data/queries.ts';
import { useRates } from '../../data/rates.ts';
import { isCenterStaff, useMe } from '../../data/session.tsx';
import { useKeys } from '../../lib/keys.ts';
import { focusRow, useListKeys } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { SideOpener, SplitColumns } from '../../parts/Columns.tsx';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { readPlace, ratesAddress, SPANS, unitsOf, type Place } from './address.ts';
import { BehindColumn } from './BehindColumn.tsx';
import { RatesTable } from './RatesTable.tsx';

/** 三率: by unit and month, every figure with the orders it rests on. */
export default function RatesDesk() {
  const { say } = useWords();
  const [search] = useSearchParams();
  const place = readPlace(search);
  const rates = useRates(place.organizationId, place.months);
  const [side, setSide] = useState(false);
  useRateKeys(place, rates.data);
  useFrame(place);
  return (
    <>
      <DeskTitle title={say('desk.rates_long')} />
      <SplitColumns
        desk="rates"
        left={<Facets place={place} view={rates.data} />}
        leftLabel={say('rate.months')}
        side={rates.data ? <BehindColumn view={rates.data} place={place} /> : <div />}
        sideLabel={say('rate.definition')}
        sideOpen={side}
        onSideClose={() => setSide(false)}
        sideFlows
      >
        <div className="hd">
          <h2>{say('desk.rates')}</h2>
          <ScopePicker place={place} />
          {rates.data && (
            <span className="xs mut rates-few">
              {say('rate.few_hint', { n: rates.data.rules.enoughFrom })}
            </span>
          )}
          <span className="r">
            <SideOpener onOpen={() => setSide(true)}>{say('rate.definition')}</SideOpener>
          </span>
        </div>
        <QueryView query={rates}>
          {(view) =>
            view.units.length === 0 ? (
              <EmptyState title={say('rate.no_facts')}>{say('rate.no_facts_next')}</EmptyState>
            ) : (
              <RatesTable view={view} place={place} />
            )
          }
        </QueryView>
      </SplitColumns>
    </>
  );
}

/** The frame stands where the right side speaks from: on the chosen rate of the chosen unit. */
function useFrame({ rate, unitId }: Place): void {
  useEffect(() => {
    const focus = document.activeElement;
    if (rate && focus?.closest('.rates-table tbody') && !focus.closest('[data-chosen]'))
      focusRow(unitId ?? 'total');
  }, [rate, unitId]);
}

/** J/K go down the units, 1–3 choose the rate. */
function useRateKeys(place: Place, view: RatesView | undefined) {
  const navigate = useNavigate();
  const ids = ['total', ...(view ? unitsOf(view, place).flatMap((u) => u.unit?.id ?? []) : [])];
  const go = (to: Partial<Place>) =>
    void navigate(ratesAddress({ ...place, rate: place.rate ?? RATES[0], ...to }), {
      replace: true,
    });
  useListKeys({
    ids: view ? ids : [],
    selected: place.rate ? (place.unitId ?? 'total') : undefined,
    select: (id) => go({ unitId: id === 'total' ? undefined : id }),
  });
  useKeys(
    RATES.map((rate, i) => ({
      keys: String(i + 1),
      ...(i === 0 ? { shown: '1–3' } : { quiet: true }),
      label: 'keys.rate' as const,
      run: () => go({ rate }),
    })),
  );
}

function Facets({ place, view }: { place: Place; view: RatesView | undefined }) {
  const { say } = useWords();
  const months = [undefined, ...(view?.months.toReversed() ?? [])];
  return (
    <>
      <h2>{say('rate.months')}</h2>
      <nav aria-label={say('rate.months')}>
        {SPANS.map((n) => (
          <Link
            key={n}
            to={ratesAddress({ ...place, months: n, month: undefined })}
            {...(place.months === n ? { 'aria-current': 'true' as const } : {})}
          >
            {n === 1 ? say('rate.month_1') : say('rate.months_n', { n })}
          </Link>
        ))}
      </nav>
      <h2>{say('rate.month')}</h2>
      <nav aria-label={say('rate.month')}>
        {months.map((month) => (
          <Link
            key={month ?? 'all'}
            to={ratesAddress({ ...place, month })}
            {...(place.month === month ? { 'aria-current': 'true' as const } : {})}
          >
            {month ?? say('rate.all_months')}
          </Link>
        ))}
      </nav>
    </>
  );
}

/** The centre looks at any department, district or street; a unit's people at their own. */
function ScopePicker({ place }: { place: Place }) {
  const { say, name } = useWords();
  const navigate = useNavigate();
  const center = isCenterStaff(useMe());
  const units = useReference().data?.units ?? [];
  if (!center) return null;
  const options = [
    { value: '', label: say('board.scope_city') },
    ...units
      .filter((u) => u.kind !== 'city' && u.kind !== 'center' && u.kind !== 'external')
      .map((u) => ({ value: u.id, label: name(u) })),
  ];
  return (
    <Select
      size="small"
      className="board-scope"
      aria-label={say('rate.scope')}
      value={place.organizationId ?? ''}
      showSearch={{ optionFilterProp: 'label' }}
      options={options}
      onChange={(id: string) =>
        void navigate(
          ratesAddress({
            months: place.months,
            month: place.month,
            by: place.by,
            organizationId: id || undefined,
          }),
        )
      }
    />
  );
}

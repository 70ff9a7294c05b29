import './dispatch.css';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { WAIT_REASONS, type WaitReason } from '../../../../src/contract.ts';
import { useOrderCounts, useTriage } from '../../data/queries.ts';
import { focusRow, useFirstSelected, useListKeys } from '../../lib/list-keys.ts';
import { useWords } from '../../lib/text.ts';
import { DeskTitle } from '../../parts/DeskTitle.tsx';
import { SplitColumns } from '../../parts/Columns.tsx';
import { DoneLine } from '../../parts/DoneLine.tsx';
import { countText, Facets } from '../../parts/Facets.tsx';
import { LoadMore } from '../../parts/LoadMore.tsx';
import { EmptyState } from '../../parts/States.tsx';
import { QueryView } from '../../parts/QueryView.tsx';
import { Decision } from './Decision.tsx';
import { TriageTable } from './TriageTable.tsx';

/** Below this width the decision is a drawer, which opens only when it is asked for. */
const WIDE = 1280;
/** Emergencies are not here: they have their own queue, at the operators. */
const REASONS = WAIT_REASONS.filter((reason) => reason !== 'emergency');

/** 派单台: what the system left to a person, most pressing first, and beside it the decision. */
export default function DispatchDesk() {
  const { say } = useWords();
  const { orderId } = useParams();
  const [search] = useSearchParams();
  const wait = REASONS.find((reason) => reason === search.get('wait'));
  const pages = useTriage(wait);
  const counts = useOrderCounts().data;
  const select = useSelect(wait);
  const ids = pages.items.map((order) => order.id);
  useListKeys({ ids, selected: orderId, select });
  useFirstSelected(ids, orderId, select, innerWidth >= WIDE);
  const next = () => {
    const id = ids[ids.indexOf(orderId ?? '') + 1] ?? ids.findLast((other) => other !== orderId);
    select(id);
    if (id) requestAnimationFrame(() => focusRow(id));
  };
  return (
    <>
      <DeskTitle title={say('desk.dispatch_long')} />
      <SplitColumns
        desk="dispatch"
        left={<Reasons wait={wait} />}
        leftLabel={say('wait.title')}
        side={orderId && <Decision key={orderId} orderId={orderId} onDone={next} />}
        sideLabel={say('dispatch.decision')}
        sideOpen={orderId !== undefined}
        onSideClose={() => select(undefined)}
      >
        <div className="hd">
          <h2>
            {say(wait ? `wait.${wait}` : 'triage.title')}{' '}
            {countText(wait ? counts?.waits[wait] : counts?.triage)}
          </h2>
          <span className="sm mut">{say('list.most_pressing')}</span>
        </div>
        <div className="done-sticks">
          <DoneLine />
        </div>
        <Emergencies n={counts?.emergency ?? 0} />
        <QueryView query={pages}>
          {() =>
            ids.length === 0 ? (
              <EmptyState title={say('triage.nothing')}>
                {say('triage.nothing_next')} <Link to="/orders">{say('triage.all_orders')}</Link>
              </EmptyState>
            ) : (
              <TriageTable orders={pages.items} selected={orderId} onSelect={select} />
            )
          }
        </QueryView>
        <LoadMore pages={pages} />
      </SplitColumns>
    </>
  );
}

/** Why a person decides, with how many wait for each reason; one order may stand under several. */
function Reasons({ wait }: { wait: WaitReason | undefined }) {
  const { say } = useWords();
  const counts = useOrderCounts().data;
  const present = REASONS.filter((reason) => reason === wait || (counts?.waits[reason] ?? 0) > 0);
  return (
    <>
      <Facets
        title={say('wait.title')}
        facets={[
          {
            to: '/dispatch',
            label: say('wait.all'),
            count: counts?.triage,
            current: wait === undefined,
          },
          ...present.map((reason) => ({
            to: `/dispatch?wait=${reason}`,
            label: say(`wait.${reason}`),
            count: counts?.waits[reason],
            current: reason === wait,
          })),
        ]}
      />
      {counts && (
        <section className="extra by-system" aria-labelledby="by-system">
          <h2 id="by-system">{say('triage.by_system')}</h2>
          <Link to="/orders?queue=auto_dispatched">
            {say('triage.by_system_done')} <em>{countText(counts.autoDispatchedToday)}</em>
          </Link>
        </section>
      )}
    </>
  );
}

function Emergencies({ n }: { n: number }) {
  const { say } = useWords();
  if (n === 0) return null;
  return (
    <p className="emergency-line" role="alert">
      <Link to="/orders?queue=emergency">{say('triage.emergency', { n })}</Link>
    </p>
  );
}

function useSelect(wait: WaitReason | undefined) {
  const navigate = useNavigate();
  return (id: string | undefined) =>
    void navigate(`/dispatch${id ? `/${id}` : ''}${wait ? `?wait=${wait}` : ''}`, {
      replace: true,
    });
}

/** 督办: one supervision order for each order, at a level, with what the unit must do. */
import './supervise.css';
import type { OrderDetail, OrderListItem, UnitRef } from '../../../src/workorder/schema.ts';
import { useBatch } from '../data/batch.ts';
import * as api from '../data/board-api.ts';
import { useMe } from '../data/session.tsx';
import { useDraft } from '../lib/drafts.ts';
import { sayToUnits, useWords } from '../lib/text.ts';
import { Choice } from '../parts/Choice.tsx';
import { LevelMark } from '../parts/LevelMark.tsx';
import { TextField } from '../parts/TextField.tsx';
import { ActForm, missingOf } from './ActForm.tsx';
import { queryClient } from '../data/queries.ts';
import { useSupervisions } from '../data/board-live.ts';
import { BatchState } from './BatchState.tsx';
import { NamedOrders } from './NamedOrders.tsx';
import { useReplyDays } from './reply-days.ts';

const TEXT_LIMIT = 1000;
/** Of so many chosen orders the open supervision orders are read. */
const LOOKED_AT_MAX = 10;
const LEVELS = [0, 1, 2, 3, 4] as const;
/** Which of them a person issues; the others are the system's. */
const MINE = ['2', '3'] as const;
type Level = (typeof MINE)[number];

interface Props {
  orders: readonly OrderListItem[];
  /** What was supervised, and what was not and stays. */
  onDone: (done: string[], left: string[]) => void;
  /** Name of the draft: one of the list, one of each order's page. */
  draftName: string;
  /** Units on the order to choose from; without them it goes to the lead. */
  units?: readonly UnitRef[];
}

interface Fields {
  level: Level | undefined;
  demand: string | undefined;
  organizationId: string | undefined;
}
const EMPTY: Fields = { level: undefined, demand: undefined, organizationId: undefined };

/** What was already supervised at level 2 goes on at level 3. */
const nextLevel = (orders: readonly OrderListItem[]): Level =>
  orders.some((order) => (order.clock?.level ?? 0) >= 2) ? '3' : '2';

export function SuperviseForm({ orders, onDone, draftName, units = [] }: Props) {
  const { say, name, list } = useWords();
  const me = useMe();
  const draft = useDraft<Fields>(me.userId, `supervise.${draftName}`, EMPTY);
  const batch = useBatch((order: OrderListItem, input: Send, key) =>
    api.supervise(order.id, input, key),
  );
  const late = orders.some((order) => order.clock?.lamp === 'overdue');
  const level = draft.value.level ?? nextLevel(orders);
  const demand =
    draft.value.demand ?? sayToUnits(late ? 'supervise.template' : 'supervise.template_due');
  const { organizationId } = draft.value;
  const days = useReplyDays(Number(level));
  const send = async () => {
    const { done, left } = await batch.run(orders, {
      level: Number(level),
      demand,
      ...(organizationId ? { organizationId } : {}),
    });
    // What stands beside the form shows the new one at once.
    void queryClient.invalidateQueries({ queryKey: ['supervisions'] });
    if (left.length === 0) draft.clear();
    onDone(
      done.map((order) => order.id),
      left.map((order) => order.id),
    );
  };
  const single = batch.total === 1 ? (batch.failures[0]?.problem ?? null) : null;
  const told = unitsOf(orders, units, organizationId).map(name);
  return (
    <ActForm
      submit={
        orders.length > 1
          ? say('supervise.submit_n', { n: orders.length })
          : say('supervise.submit')
      }
      missing={missingOf([[demand, say('supervise.demand')]])}
      busy={batch.running}
      problem={single}
      written={demand}
      savedAt={draft.savedAt}
      onSubmit={() => void send()}
    >
      {(tried) => (
        <>
          <NamedOrders orders={orders} />
          {orders.slice(0, LOOKED_AT_MAX).map((order) => (
            <Already key={order.id} orderId={order.id} />
          ))}
          <Ladder level={level} onChange={(value) => draft.set({ level: value })} />
          <TextField
            required
            tried={tried}
            autoFocus
            label={say('supervise.demand')}
            hint={say('supervise.demand_hint')}
            rows={[4, 10]}
            max={TEXT_LIMIT}
            value={demand}
            onChange={(value) => draft.set({ demand: value })}
          />
          {orders.length === 1 && units.length > 1 && (
            <Choice
              label={say('supervise.unit')}
              look="wraps"
              value={organizationId ?? orders[0]?.lead?.id}
              onChange={(id) => draft.set({ organizationId: id })}
              options={units.map((unit) => ({ value: unit.id, label: name(unit) }))}
            />
          )}
          <dl className="supervise-facts">
            <div>
              <dt className="lab">{say('supervise.due')}</dt>
              <dd>
                {days === undefined
                  ? say('supervise.due_default')
                  : say('supervise.due_policy', { n: days })}
              </dd>
            </div>
            <div>
              <dt className="lab">{say('supervise.signed_by')}</dt>
              <dd>{me.name}</dd>
            </div>
          </dl>
          <p className="why tip">
            <span>{say('supervise.tip_mark')}</span>
            {level === '3' && say('supervise.tip')}
            {say(orders.length > 1 ? 'supervise.tip_many' : 'supervise.tip_one')}
          </p>
          <div>
            <h3 className="small-head">{say('supervise.who')}</h3>
            <p className="sm sec">
              {say(level === '3' ? 'supervise.who_3' : 'supervise.who_2', {
                units: told.length > 0 ? list(told) : say('supervise.lead_of'),
              })}
              {say('supervise.quiet')}
            </p>
          </div>
          <BatchState batch={batch} />
        </>
      )}
    </ActForm>
  );
}

/** Supervision orders that the unit has to answer, or we to judge: a further one is a second one. */
function Already({ orderId }: { orderId: string }) {
  const { say, name, list } = useWords();
  const { items } = useSupervisions({ orderId });
  const told = (['open', 'replied'] as const).flatMap((state) => {
    const those = items.filter((item) => item.state === state);
    const named = list(those.map((item) => `${item.number} ${name(item.organization)}`));
    return those.length === 0 ? [] : [say(ALREADY[state], { n: those.length, items: named })];
  });
  return told.map((words) => (
    <p key={words} className="note soon" role="status">
      {words}
    </p>
  ));
}
const ALREADY = { open: 'supervise.already', replied: 'supervise.already_replied' } as const;

interface Send {
  level: number;
  demand: string;
  organizationId?: string;
}

/** Who hears of it: each unit once. */
function unitsOf(
  orders: readonly OrderListItem[],
  units: readonly UnitRef[],
  chosen: string | undefined,
): UnitRef[] {
  const named = units.find((unit) => unit.id === chosen);
  if (named) return [named];
  const leads = orders.flatMap((order) => order.lead ?? []);
  return [...new Map(leads.map((unit) => [unit.id, unit])).values()];
}

/** All five levels with what they are for; two of them are a person's to issue. */
function Ladder({ level, onChange }: { level: Level; onChange: (level: Level) => void }) {
  const { say } = useWords();
  return (
    <fieldset className="f">
      <legend className="lab">{say('supervise.level')}</legend>
      <div className="ladder">
        {LEVELS.map((value) => {
          const mine = MINE.find((own) => own === String(value));
          return (
            <label key={value} className={mine ? '' : 'off'}>
              <input
                type="radio"
                name="supervise-level"
                checked={level === mine}
                disabled={!mine}
                onChange={() => mine && onChange(mine)}
              />
              <LevelMark level={value} />
              <span>{say(`supervise.what_${value}`)}</span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

/** On the page of one order: to the lead, or to any unit that has it in this round. */
export function SuperviseOrder({ order, onDone }: { order: OrderDetail; onDone: () => void }) {
  const units = order.assignments
    .filter((a) => a.round === order.round && a.state !== 'cancelled' && a.state !== 'returned')
    .map((a) => a.organization);
  return (
    <SuperviseForm
      orders={[order]}
      units={[...new Map(units.map((unit) => [unit.id, unit])).values()]}
      draftName={order.id}
      onDone={(_, left) => left.length === 0 && onDone()}
    />
  );
}

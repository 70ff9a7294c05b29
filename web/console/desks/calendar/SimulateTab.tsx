import { Button, Checkbox, Input, Select } from 'antd';
import { useState, type FormEvent } from 'react';
import {
  CHANNELS,
  CLOCKS,
  DEMAND_TYPES,
  URGENCIES,
  type Channel,
  type Clock,
  type DemandType,
  type Urgency,
} from '../../../../src/contract.ts';
import type { SimulateInput, SimulateView } from '../../../../src/deadline/schema.ts';
import { simulate } from '../../data/clock-api.ts';
import { serverNow, useClockNow } from '../../data/clock.ts';
import { useSubmit } from '../../data/submit.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { cityDate, dueDay, dueHour, hourText } from '../../lib/time.ts';
import { Choice } from '../../parts/Choice.tsx';
import { SplitColumns } from '../../parts/Columns.tsx';
import { Explanation } from '../../parts/Deadline.tsx';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { EmptyState, ProblemNotice } from '../../parts/States.tsx';
import { PlacePicker } from './PlacePicker.tsx';

const PAUSES = ['supplement', 'suspension', 'statutory'] as const;
/** Clocks that a limit of the policy can be asked for; the citizen's only measures. */
const ASKED = CLOCKS.filter((clock) => clock !== 'citizen');
const PAUSES_MAX = 20;

/** What a field of the browser says, city time without zone: `2026-09-21T10:24`. */
const localNow = () => {
  const now = serverNow();
  return `${cityDate(now)}T${hourText(now)}`;
};
const toIso = (local: string) => (local ? `${local.slice(0, 16)}:00+08:00` : '');

interface Pause {
  type: (typeof PAUSES)[number];
  from: string;
  to: string;
}
interface Form {
  receivedAt: string;
  clock: Clock;
  type: DemandType;
  urgency: Urgency;
  channel: Channel;
  redo: boolean;
  organizationId: string | undefined;
  pauses: Pause[];
}

/** Pauses that end before they begin, or begin before the one above ended. */
const wrongPauses = (form: Form): Set<number> =>
  new Set(
    form.pauses.flatMap((pause, i) => {
      const after = i === 0 ? form.receivedAt : (form.pauses[i - 1]?.to ?? '');
      const good = pause.from !== '' && pause.to > pause.from && pause.from >= after;
      return good ? [] : [i];
    }),
  );

const inputOf = ({ receivedAt, pauses, organizationId, ...rest }: Form): SimulateInput => ({
  ...rest,
  receivedAt: toIso(receivedAt),
  organizationId: organizationId ?? null,
  pauses: pauses.map((p) => ({ type: p.type, from: toIso(p.from), to: toIso(p.to) })),
});

/** 时限试算: the same policy, calendar and rules as for a real order; nothing is kept. */
export function SimulateTab() {
  const { say } = useWords();
  const [form, setForm] = useState<Form>(() => ({
    receivedAt: localNow(),
    clock: 'final',
    type: 'help',
    urgency: 'U4',
    channel: 'phone',
    redo: false,
    organizationId: undefined,
    pauses: [],
  }));
  const [result, setResult] = useState<SimulateView>();
  const [tried, setTried] = useState(false);
  const set = (part: Partial<Form>) => setForm((old) => ({ ...old, ...part }));
  const asking = useSubmit((input: SimulateInput) => simulate(input), setResult);
  const wrong = wrongPauses(form);
  const send = () => {
    setTried(true);
    if (form.receivedAt && wrong.size === 0) asking.submit(inputOf(form));
  };
  useKeys([{ keys: 'Ctrl+Enter', label: 'keys.simulate', run: send }]);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  return (
    <SplitColumns
      desk="simulate"
      side={<Result view={result} />}
      sideLabel={say('simulate.result')}
      sideFlows
    >
      <form className="act-form" onSubmit={onSubmit} noValidate>
        <div className="wide form simulate-form">
          <Field
            required
            width="w6"
            label={say('simulate.received')}
            hint={say('simulate.city_time')}
            wrong={form.receivedAt ? undefined : say('field.missing')}
          >
            <Input
              type="datetime-local"
              value={form.receivedAt}
              onChange={(e) => set({ receivedAt: e.target.value })}
            />
          </Field>
          <Field width="w6" label={say('simulate.clock')}>
            <Select
              style={{ width: '100%' }}
              value={form.clock}
              onChange={(clock) => set({ clock })}
              options={ASKED.map((value) => ({ value, label: say(`clock.${value}`) }))}
            />
          </Field>
          <Choice
            label={say('field.type')}
            look="wraps"
            value={form.type}
            onChange={(type) => set({ type })}
            options={DEMAND_TYPES.map((value) => ({ value, label: say(`type.${value}`) }))}
          />
          <Choice
            label={say('field.urgency_short')}
            value={form.urgency}
            onChange={(urgency) => set({ urgency })}
            options={URGENCIES.map((value) => ({ value, label: say(`urgency.${value}`) }))}
          />
          <Field width="w6" label={say('simulate.channel')}>
            <Select
              style={{ width: '100%' }}
              value={form.channel}
              onChange={(channel) => set({ channel })}
              options={CHANNELS.map((value) => ({ value, label: say(`channel.${value}`) }))}
            />
          </Field>
          <div className="w6">
            <PlacePicker
              value={form.organizationId}
              onChange={(organizationId) => set({ organizationId })}
            />
          </div>
          <Checkbox checked={form.redo} onChange={(e) => set({ redo: e.target.checked })}>
            {say('simulate.redo')}
          </Checkbox>
          <Pauses form={form} set={set} wrong={tried ? wrong : new Set()} />
        </div>
        {asking.problem && (
          <div className="wide">
            <ProblemNotice problem={asking.problem} />
            {asking.problem.issue('clock') && (
              <p className="sm over-t">{say('simulate.no_limit')}</p>
            )}
          </div>
        )}
        <div className="bar">
          <KeyButton
            type="primary"
            size="large"
            htmlType="submit"
            keys="Ctrl+Enter"
            loading={asking.busy}
          >
            {say('simulate.submit')}
          </KeyButton>
          <span className="form-state xs mut">{say('simulate.rule')}</span>
        </div>
      </form>
    </SplitColumns>
  );
}

interface PausesProps {
  form: Form;
  set: (part: Partial<Form>) => void;
  wrong: ReadonlySet<number>;
}
function Pauses({ form, set, wrong }: PausesProps) {
  const { say } = useWords();
  const { pauses } = form;
  const change = (i: number, part: Partial<Pause>) =>
    set({ pauses: pauses.map((pause, at) => (at === i ? { ...pause, ...part } : pause)) });
  const last = pauses.at(-1)?.to || form.receivedAt;
  return (
    <div className="pauses">
      {pauses.map((pause, i) => (
        <div className="form pause-row" key={i}>
          <Field width="w4" label={say('simulate.pause')}>
            <Select
              style={{ width: '100%' }}
              value={pause.type}
              onChange={(type) => change(i, { type })}
              options={PAUSES.map((value) => ({ value, label: say(`pause.${value}`) }))}
            />
          </Field>
          <Field width="w4" label={say('exceptions.from')}>
            <Input
              type="datetime-local"
              value={pause.from}
              onChange={(e) => change(i, { from: e.target.value })}
            />
          </Field>
          <Field
            width="w4"
            label={say('exceptions.to')}
            wrong={wrong.has(i) ? say('simulate.wrong_pause') : undefined}
          >
            <Input
              type="datetime-local"
              value={pause.to}
              onChange={(e) => change(i, { to: e.target.value })}
            />
          </Field>
          <Button
            size="small"
            type="text"
            onClick={() => set({ pauses: pauses.filter((_, at) => at !== i) })}
          >
            {say('simulate.less')}
          </Button>
        </div>
      ))}
      <Button
        size="small"
        disabled={pauses.length >= PAUSES_MAX}
        onClick={() => set({ pauses: [...pauses, { type: 'supplement', from: last, to: last }] })}
      >
        {say('simulate.more')}
      </Button>
    </div>
  );
}

function Result({ view }: { view: SimulateView | undefined }) {
  const { say, language } = useWords();
  const now = useClockNow();
  if (!view) {
    return <EmptyState title={say('simulate.none')}>{say('simulate.none_next')}</EmptyState>;
  }
  const { dueAt } = view;
  return (
    <div className="deadline" role="status" tabIndex={0}>
      <div className="hd">
        <h2>
          {dueAt
            ? say('simulate.due', {
                at: `${dueDay(dueAt, now, language)} ${dueHour(dueAt)}`,
              })
            : say('ledger.no_due')}
        </h2>
      </div>
      <Explanation view={view} supposed />
    </div>
  );
}

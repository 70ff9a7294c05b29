/** 这个时限怎么来的: every clock of an order explained, one at a time. */
import { useState } from 'react';
import type { DeadlineView } from '../../../src/deadline/schema.ts';
import { useDeadlines } from '../data/clock-api.ts';
import { useClockNow } from '../data/clock.ts';
import { isClosed, shownAt } from '../lib/clock-words.ts';
import { useKeys } from '../lib/keys.ts';
import { useWords, type Words } from '../lib/text.ts';
import { stampText } from '../lib/time.ts';
import { Choice } from './Choice.tsx';
import { LampGlyph } from './ClockChip.tsx';
import { Explanation } from './Deadline.tsx';
import { KeyButton } from './Key.tsx';
import { QueryView } from './QueryView.tsx';
import { EmptyState } from './States.tsx';

interface Props {
  orderId: string;
  /** The order's version: a new one is read again. */
  version: number;
  /** Begins with a clock of this assignment. */
  subjectId?: string;
  onClose: () => void;
}

export function DeadlinePanel({ orderId, version, subjectId, onClose }: Props) {
  const { say } = useWords();
  const query = useDeadlines(orderId, version);
  return (
    <div className="deadline">
      <div className="hd">
        <h2>{say('deadline.title')}</h2>
        <span className="r">
          <KeyButton size="small" type="text" keys="Esc" onClick={onClose}>
            {say('common.put_away')}
          </KeyButton>
        </span>
      </div>
      <QueryView query={query}>
        {(views) => <Clocks views={views} subjectId={subjectId} />}
      </QueryView>
    </div>
  );
}

/** The clocks people ask about first stand first. */
const RANK: readonly DeadlineView['clock'][] = ['final', 'co', 'sign', 'first_contact'];
const rankOf = ({ clock }: DeadlineView) => {
  const rank = RANK.indexOf(clock);
  return rank < 0 ? RANK.length : rank;
};

/** Those that run first; what stopped stays readable behind them. */
const inOrder = (views: readonly DeadlineView[]): DeadlineView[] =>
  views
    .filter((v) => v.clock !== 'citizen')
    .toSorted(
      (a, b) =>
        Number(a.state === 'stopped') - Number(b.state === 'stopped') ||
        rankOf(a) - rankOf(b) ||
        a.startedAt.localeCompare(b.startedAt),
    );

/** The clock people ask about first: the reply's, of their own unit, as long as it runs. */
function usual(views: readonly DeadlineView[], subjectId: string | undefined) {
  const mine = subjectId ? views.filter((v) => v.subjectId === subjectId) : [];
  const from = mine.length > 0 ? mine : views;
  const isReply = (v: DeadlineView) => v.clock === 'final' || v.clock === 'co';
  const living = from.filter((v) => v.state !== 'stopped');
  return living.find(isReply) ?? living[0] ?? from.findLast(isReply) ?? from[0];
}

interface ClocksProps {
  views: readonly DeadlineView[];
  subjectId: string | undefined;
}
function Clocks({ views, subjectId }: ClocksProps) {
  const words = useWords();
  const { say } = words;
  const [chosen, setChosen] = useState<string>();
  const shown = inOrder(views);
  const view = shown.find((v) => v.id === chosen) ?? usual(shown, subjectId);
  const citizen = views.find((v) => v.clock === 'citizen');
  const move = (step: number) => {
    const at = shown.findIndex((v) => v.id === view?.id);
    setChosen(shown[(at + step + shown.length) % shown.length]?.id);
  };
  useKeys([
    { keys: '[', shown: '[ ]', label: 'keys.clocks', run: () => move(-1), off: shown.length < 2 },
    { keys: ']', label: 'keys.clocks', run: () => move(1), off: shown.length < 2, quiet: true },
  ]);
  return (
    <>
      {!view && <EmptyState title={say('deadline.none')}>{say('deadline.none_next')}</EmptyState>}
      {shown.length > 1 && view && (
        <div className="padx clock-choice">
          <Choice
            hideLabel
            look="wraps"
            label={say('deadline.which')}
            value={view.id}
            onChange={setChosen}
            options={shown.map((v) => ({ value: v.id, label: <Label view={v} all={shown} /> }))}
          />
        </div>
      )}
      {view && <Explanation view={view} />}
      {citizen && <CitizenClock view={citizen} words={words} />}
    </>
  );
}

/** 办结答复; with the unit where several have the same clock, with a tick when it stopped. */
function Label({ view, all }: { view: DeadlineView; all: readonly DeadlineView[] }) {
  const { say, name } = useWords();
  const alike = all.filter((v) => v.clock === view.clock);
  const units = new Set(alike.map((v) => v.organization?.id));
  const now = useClockNow();
  const closed = isClosed(view, shownAt(view, now));
  const late = view.met === false && view.clock !== 'return_window';
  const round = alike.filter((v) => v.organization?.id === view.organization?.id).indexOf(view) + 1;
  return (
    <>
      {view.state === 'stopped' ? (
        <span aria-hidden="true">{late ? '!' : '✓'} </span>
      ) : (
        !closed && <LampGlyph lamp={view.lamp} />
      )}
      {say(`clock.${view.clock}`)}
      {closed && ` ${say('left.closed')}`}
      {units.size > 1 && view.organization && ` ${name(view.organization)}`}
      {round > 1 && ` ${say('deadline.again', { n: round })}`}
      {view.state === 'stopped' && (
        <span className="unseen">{say(late ? 'deadline.was_late' : 'deadline.done')}</span>
      )}
    </>
  );
}

/** 另一只钟: never paused, never extended, only shown. */
function CitizenClock({ view, words }: { view: DeadlineView; words: Words }) {
  const now = useClockNow();
  const from = stampText(view.startedAt, now, words.language);
  return (
    <div className="part">
      <h2>{words.say('deadline.citizen')}</h2>
      <p className="sm sec">
        {view.stoppedAt
          ? words.say('deadline.citizen_done', {
              from,
              to: stampText(view.stoppedAt, now, words.language),
            })
          : words.say('deadline.citizen_rule', { from })}
      </p>
    </div>
  );
}

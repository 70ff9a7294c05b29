import './wall.css';
import { useEffect, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { LAMPS } from '../../../../src/contract.ts';
import type { BoardView, EscalationView } from '../../../../src/supervision/schema.ts';
import { useBoard, useEscalations } from '../../data/board-live.ts';
import type { BoardState } from '../../data/board.ts';
import { useClockNow, useNow } from '../../data/clock.ts';
import { useLiveConnection } from '../../data/live.ts';
import { useReference } from '../../data/queries.ts';
import { useMe } from '../../data/session.tsx';
import { unanswered, underSupervision } from '../../frame/desks.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords, type Words } from '../../lib/text.ts';
import { stampText, wallClock } from '../../lib/time.ts';
import { useTitle } from '../../lib/title.ts';
import { LampGlyph } from '../../parts/ClockChip.tsx';
import { LevelMark } from '../../parts/LevelMark.tsx';
import { ESCALATIONS_READ, isEscalation } from './causes.ts';
import { grouped, lit, rowsOf, stageSum, sum, type Row } from './figures.ts';
import { Num } from './Num.tsx';

const ROWS = 7;

/**
 * 大屏: figures alone, for a room. No names, no buttons, nothing about a person; it reads the same
 * board as the desk and has no timer that would end the session.
 */
export default function Wall() {
  const { say } = useWords();
  const [search] = useSearchParams();
  const organizationId = search.get('organizationId');
  useLiveConnection(useMe().userId);
  const state = useBoard(organizationId);
  const back = useNavigate();
  useKeys([
    { keys: 'Esc', label: 'keys.back', run: () => void back('/board') },
    { keys: 'W', label: 'keys.back', run: () => void back('/board') },
  ]);
  useTitle(say('board.wall'));
  useDark();
  const fit = useFit();
  return (
    <main className="wall-page" style={{ transform: fit }}>
      <Head state={state} />
      {state.view ? (
        <Body view={state.view} organizationId={organizationId} />
      ) : (
        <p className="wall-none">
          {say(state.status === 'refused' ? 'board.refused' : 'board.waiting')}
        </p>
      )}
      <footer>
        {say('wall.note')}
        <Link to={organizationId ? `/board?organizationId=${organizationId}` : '/board'}>
          {say('wall.leave')}
        </Link>
      </footer>
    </main>
  );
}

/** A wall is dark whatever its viewer prefers; the choice itself stays as it is. */
function useDark(): void {
  useEffect(() => {
    const { dataset } = document.documentElement;
    const before = dataset.theme;
    dataset.theme = 'dark';
    return () => {
      if (before !== undefined) dataset.theme = before;
    };
  }, []);
}

const WIDTH = 1920;
const HEIGHT = 1080;

/** Drawn for 1920 × 1080; any other screen shows the same, larger or smaller. */
function useFit(): string {
  const [fit, setFit] = useState(fitNow);
  useEffect(() => {
    const onResize = () => setFit(fitNow());
    const { style } = document.body;
    style.overflow = 'hidden';
    style.background = 'var(--sunk)';
    window.addEventListener('resize', onResize);
    return () => {
      style.overflow = '';
      style.background = '';
      window.removeEventListener('resize', onResize);
    };
  }, []);
  return fit;
}
function fitNow(): string {
  const scale = Math.min(innerWidth / WIDTH, innerHeight / HEIGHT);
  const left = (innerWidth - WIDTH * scale) / 2;
  const top = (innerHeight - HEIGHT * scale) / 2;
  return `translate(${left}px, ${top}px) scale(${scale})`;
}

function Head({ state }: { state: BoardState }) {
  const { say, name, language } = useWords();
  const { time, day } = wallClock(useNow(1_000), language);
  const { view, status } = state;
  const city = view?.organization ? name(view.organization) : say('wall.city');
  const since = wallClock(state.asOf, language).time;
  return (
    <header>
      <h1>
        <span className="seal" aria-hidden="true">
          汀
        </span>
        {say('wall.title', { city })}
      </h1>
      <span className={`live ${status === 'live' ? '' : 'stale'}`} role="status">
        {status === 'live'
          ? say('board.now')
          : view
            ? say('wall.stale', { time: since })
            : say('board.waiting')}
      </span>
      <span className="dt">{day}</span>
      <time>{time}</time>
    </header>
  );
}

function Body({ view, organizationId }: { view: BoardView; organizationId: string | null }) {
  const words = useWords();
  const { say } = words;
  const { final } = view.figures.stages;
  const read = useEscalations(organizationId, ESCALATIONS_READ).data?.items ?? [];
  const escalations = read.filter(isEscalation).slice(0, ROWS);
  return (
    <>
      <section className="f4">
        {fourOf(view, words).map(({ label, value, unit, more }) => (
          <div key={label}>
            <span>{label}</span>
            <b>
              <Num value={value} />
              <i>{unit}</i>
            </b>
            <em>{more}</em>
          </div>
        ))}
      </section>
      <section className="cl">
        <h2>{say('wall.in_hand', { n: grouped(sum(final)) })}</h2>
        {LAMPS.map((lamp) => (
          <div key={lamp} className={`k-${lamp} ${lit(final, lamp) > 0 ? 'lit' : ''}`}>
            <span>
              <LampGlyph lamp={lamp} /> {say(`lamp.${lamp}`)}
            </span>
            <b>
              <Num value={lit(final, lamp)} />
            </b>
          </div>
        ))}
      </section>
      <section className="lo">
        <Units view={view} lamp="overdue" />
        <div>
          <h2>{say('board.escalations')}</h2>
          {escalations.length === 0 && <p>{say('board.no_escalations')}</p>}
          <ul>
            {escalations.map((item) => (
              <Escalation key={item.id} item={item} />
            ))}
          </ul>
        </div>
        <Units view={view} lamp="today" />
      </section>
    </>
  );
}

/** Of the centre: what waits there, and who is on line; of a unit: what waits in it. */
function fourOf(view: BoardView, { say }: Words) {
  const { figures } = view;
  const { stages, supervision, operators } = figures;
  const unit = say('board.count');
  const lateSoon = (stage: 'dispatch' | 'sign') =>
    say('fig.late_soon', {
      late: lit(stages[stage], 'overdue'),
      soon: lit(stages[stage], 'soon'),
    });
  const sign = {
    label: say('fig.sign'),
    value: stageSum(figures, 'sign'),
    unit,
    more: lateSoon('sign'),
  };
  const supervised = {
    label: say('fig.supervision'),
    value: underSupervision(figures),
    unit,
    more: say('fig.open_replied', { open: unanswered(figures), replied: supervision.replied }),
  };
  if (operators === null) {
    const replied = {
      label: say('fig.replied'),
      value: supervision.replied,
      unit,
      more: say('fig.wait_verdict'),
    };
    const inHand = {
      label: say('fig.in_hand'),
      value: stageSum(figures, 'final'),
      unit,
      more: say('fig.paused_n', { n: lit(stages.final, 'paused') }),
    };
    return [sign, inHand, supervised, replied];
  }
  return [
    {
      label: say('fig.dispatch'),
      value: stageSum(figures, 'dispatch'),
      unit,
      more: lateSoon('dispatch'),
    },
    sign,
    supervised,
    {
      label: say('fig.operators'),
      value: operators,
      unit: say('wall.people', { n: operators }),
      more: say('fig.signed_in'),
    },
  ];
}

/** The units with most of one lamp. */
function Units({ view, lamp }: { view: BoardView; lamp: 'overdue' | 'today' }) {
  const { say, name } = useWords();
  const known = useReference().data?.units;
  const of = (row: Row) => lit(row.lamps, lamp);
  const rows = rowsOf(view.figures.units)
    .filter((row) => of(row) > 0)
    .sort((a, b) => of(b) - of(a))
    .slice(0, ROWS);
  const late = lamp === 'overdue';
  return (
    <div>
      <h2>{say(late ? 'wall.top_late' : 'wall.top_today')}</h2>
      {rows.length === 0 && <p>{say(late ? 'wall.none_late' : 'wall.none_today')}</p>}
      <ol className={lamp}>
        {rows.map((row) => {
          const unit = view.unitsById[row.key] ?? known?.find((u) => u.id === row.key);
          return (
            <li key={row.key}>
              <span>{unit ? name(unit) : ''}</span>
              <b>
                <Num value={of(row)} />
              </b>
              <em>{say('wall.in_hand_n', { n: grouped(sum(row.lamps)) })}</em>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** Level, unit, time and the last four digits: nothing that says about whom. */
function Escalation({ item }: { item: EscalationView }) {
  const { say, name, language } = useWords();
  const now = useClockNow();
  return (
    <li>
      <LevelMark level={item.level} />
      <span>{item.organization && name(item.organization)}</span>
      <em>
        {stampText(item.at, now, language)} {say('wall.tail', { no: item.orderNo.slice(-4) })}
      </em>
    </li>
  );
}

import type { BoardView } from '../../../../src/supervision/schema.ts';
import { Link } from 'react-router';
import { useMe } from '../../data/session.tsx';
import { unanswered, underSupervision } from '../../frame/desks.ts';
import type { Words } from '../../lib/text.ts';
import { useWords } from '../../lib/text.ts';
import { grouped, lateElsewhere, listAddress, lit, stageSum } from './figures.ts';
import { Num } from './Num.tsx';

export interface Figure {
  id: string;
  label: string;
  value: number;
  unit: string;
  /** The second line. */
  more: string;
  look?: 'over' | 'today';
  to?: string | undefined;
}

type Scope = { organizationId?: string | undefined };

/** Figures that every scope has; numbers of `stages.final` stand in the clocks below as well. */
function common(view: BoardView, scope: Scope, { say }: Words): Record<string, Figure> {
  const { stages, supervision } = view.figures;
  const { final, sign } = stages;
  const unit = say('board.count');
  const inHand = stageSum(view.figures, 'final');
  const lateSoon = (lamps: typeof final) =>
    say('fig.late_soon', { late: lit(lamps, 'overdue'), soon: lit(lamps, 'soon') });
  const list = (stage: 'sign' | 'final', lamp?: 'soon' | 'today' | 'overdue') =>
    listAddress({ ...scope, stage, lamps: lamp && [lamp] });
  const late = lit(final, 'overdue');
  const share = inHand === 0 ? '0 %' : `${((late / inHand) * 100).toFixed(1)} %`;
  const fig = (id: string, value: number, more: string, to: string): Figure => ({
    id,
    label: say(`fig.${id}` as 'fig.sign'),
    value,
    unit,
    more,
    to,
  });
  return {
    sign: fig('sign', stageSum(view.figures, 'sign'), lateSoon(sign), list('sign')),
    in_hand: fig(
      'in_hand',
      inHand,
      say('fig.paused_n', { n: lit(final, 'paused') }),
      list('final'),
    ),
    soon: fig('soon', lit(final, 'soon'), say('fig.sign_note'), list('final', 'soon')),
    today: {
      ...fig(
        'today',
        lit(final, 'today'),
        say('fig.today_soon', { n: grouped(lit(final, 'soon')) }),
        list('final', 'today'),
      ),
      look: 'today',
    },
    overdue: {
      ...fig('overdue', late, say('fig.of_in_hand', { share }), list('final', 'overdue')),
      look: 'over',
    },
    supervision: fig(
      'supervision',
      underSupervision(view.figures),
      say('fig.open_replied', { open: unanswered(view.figures), replied: supervision.replied }),
      supervisionAddress('open', scope),
    ),
    replied: fig(
      'replied',
      supervision.replied,
      say('fig.wait_verdict'),
      supervisionAddress('replied', scope),
    ),
  };
}

/** The supervision orders behind a figure, within the board's scope. */
const supervisionAddress = (state: 'open' | 'replied', { organizationId }: Scope): string =>
  `/supervision?state=${state}${organizationId ? `&organizationId=${organizationId}` : ''}`;

function central(view: BoardView, scope: Scope, words: Words): Figure[] {
  const { say } = words;
  const { figures } = view;
  const unit = say('board.count');
  const stage = (id: 'accept' | 'dispatch'): Figure => ({
    id,
    label: say(`fig.${id}`),
    value: stageSum(figures, id),
    unit,
    more: say('fig.late_soon', {
      late: lit(figures.stages[id], 'overdue'),
      soon: lit(figures.stages[id], 'soon'),
    }),
    to: listAddress({ ...scope, stage: id }),
  });
  const same = common(view, scope, words);
  const overdue = same.overdue as Figure;
  return [
    stage('accept'),
    stage('dispatch'),
    same.sign as Figure,
    same.today as Figure,
    { ...overdue, more: say('fig.other_late', { n: lateElsewhere(figures) }) },
    same.supervision as Figure,
    {
      id: 'operators',
      label: say('fig.operators'),
      value: figures.operators ?? 0,
      unit: say('board.people', { n: figures.operators ?? 0 }),
      more: say('fig.signed_in'),
    },
  ];
}

const OF_UNITS = ['sign', 'in_hand', 'soon', 'today', 'overdue', 'supervision', 'replied'];

/** Seven figures: of the whole city with those of the centre, of a unit with its own alone. */
export function figuresOf(view: BoardView, scope: Scope, words: Words): Figure[] {
  if (view.figures.operators !== null) return central(view, scope, words);
  const all = common(view, scope, words);
  return OF_UNITS.flatMap((id) => all[id] ?? []);
}

/** What a figure opens, as far as the viewer has that desk. */
export function useReach(): (figure: Figure) => string | undefined {
  const { desks } = useMe();
  return ({ to }) =>
    to && desks.includes(to.startsWith('/supervision') ? 'supervision' : 'overdue')
      ? to
      : undefined;
}

export function FigureRow({ figures }: { figures: Figure[] }) {
  const words = useWords();
  const reach = useReach();
  return (
    <section className="figs" aria-label={words.say('desk.board')}>
      {figures.map((figure) => {
        const to = reach(figure);
        const inside = (
          <>
            <span>{figure.label}</span>
            <b>
              <Num value={figure.value} />
              <i>{figure.unit}</i>
            </b>
            <em>{figure.more}</em>
          </>
        );
        const look = `fg ${figure.value > 0 ? (figure.look ?? '') : ''}`;
        return to ? (
          <Link key={figure.id} className={look} to={to}>
            {inside}
          </Link>
        ) : (
          <div key={figure.id} className={look}>
            {inside}
          </div>
        );
      })}
    </section>
  );
}

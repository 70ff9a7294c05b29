/** The clock as a chip: glyph, box and word say the same; colour only repeats it. */
import '../look/clock.css';
import type { Lamp } from '../../../src/contract.ts';
import type { ClockView } from '../../../src/deadline/schema.ts';
import { useClockNow } from '../data/clock.ts';
import {
  clockSentence,
  isClosed,
  isHeavy,
  lampWord,
  shownAt,
  valueWords,
} from '../lib/clock-words.ts';
import { useWords } from '../lib/text.ts';
import { dueText } from '../lib/time.ts';

const RING = <circle cx="7" cy="7" r="5.5" fill="none" stroke="currentColor" strokeWidth="1.4" />;
const GLYPHS: Record<Lamp, React.ReactNode> = {
  roomy: (
    <>
      {RING}
      <path d="M7 7V3.2A3.8 3.8 0 0 1 10.8 7z" />
    </>
  ),
  soon: (
    <>
      {RING}
      <path d="M7 7V3.2A3.8 3.8 0 1 1 3.2 7z" />
    </>
  ),
  today: (
    <path fillRule="evenodd" d="M1.5 2.5h2V1h1.6v1.5h3.8V1h1.6v1.5h2V13h-11zM4 6.2v1.7h6V6.2z" />
  ),
  overdue: <path fillRule="evenodd" d="M7 .8L13.6 13H.4zM6.2 5v4h1.6V5zm0 4.9v1.6h1.6V9.9z" />,
  paused: <path d="M3 2h3v10H3zM8 2h3v10H8z" />,
  provisional: (
    <circle
      cx="7"
      cy="7"
      r="5.5"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeDasharray="2.3 1.7"
    />
  ),
};

/** The shape of a lamp alone, wherever its word stands beside it. */
export const LampGlyph = ({ lamp }: { lamp: Lamp }) => (
  <svg viewBox="0 0 14 14" width="14" height="14" fill="currentColor" aria-hidden="true">
    {GLYPHS[lamp]}
  </svg>
);

interface Props {
  clock: ClockView;
  /** `short` in tables, where the values align; `long` in heads. */
  size?: 'short' | 'long';
  /** The due instant below. */
  due?: boolean;
  /** The whole list is overdue: only three days and more stay a solid block. */
  allOverdue?: boolean;
  /** Without its box, as a word in a line. */
  bare?: boolean;
}

export function ClockChip({
  clock,
  size = 'short',
  due = false,
  allOverdue = false,
  bare = false,
}: Props) {
  const { language, say } = useWords();
  const now = useClockNow();
  const shown = shownAt(clock, now);
  const { lamp } = shown;
  if (isClosed(clock, shown)) return <Closed clock={clock} />;
  const soft = allOverdue && lamp === 'overdue' && !isHeavy(shown, clock.dayMs);
  const classes = ['clk', `clk-${lamp}`, size === 'long' && 'long', soft && 'soft', bare && 'bare'];
  const name = say(`clock.${clock.clock}`);
  const since =
    lamp === 'overdue' && clock.dayMs !== null && clock.dueAt !== null
      ? ` · ${say('left.since', { at: dueText(clock.dueAt, now, language) })}`
      : '';
  return (
    <>
      <span
        className={classes.filter(Boolean).join(' ')}
        title={`${name} · ${clockSentence(shown, clock.dayMs, language)}${since}`}
      >
        <LampGlyph lamp={lamp} />
        <b>{lampWord(lamp, language, size)}</b>
        <span className="v">{valueWords(shown, clock.dayMs, language, size)}</span>
      </span>
      {due && <DueLine clock={clock} lamp={lamp} />}
    </>
  );
}

/** A window that closed: no lamp, because nothing is late. */
function Closed({ clock }: { clock: ClockView }) {
  const { language, say } = useWords();
  const now = useClockNow();
  const at = clock.dueAt && dueText(clock.dueAt, now, language);
  return (
    <span className="sm mut nb" title={at ?? undefined}>
      {say('left.closed')}
    </span>
  );
}

/** Under the chip: when it is due, was due, or that nothing runs. */
function DueLine({ clock, lamp }: { clock: ClockView; lamp: Lamp }) {
  const { language, say } = useWords();
  const now = useClockNow();
  return (
    <span className="clk-due">
      {clock.dueAt === null ? (
        say('left.no_due')
      ) : (
        <time dateTime={clock.dueAt}>
          {say(lamp === 'overdue' ? 'left.was_due' : 'left.due', {
            at: dueText(clock.dueAt, now, language),
          })}
        </time>
      )}
    </span>
  );
}

/** Clocks where a page says its facts: in the head, and in the list of the side column. */
import '../look/deadline.css';
import type { ClockView } from '../../../src/deadline/schema.ts';
import type { OrderDetail } from '../../../src/workorder/schema.ts';
import { useSupervisions } from '../data/board-live.ts';
import { useClockNow } from '../data/clock.ts';
import { useMe } from '../data/session.tsx';
import { shownAt } from '../lib/clock-words.ts';
import { useWords, type Words } from '../lib/text.ts';
import { dueText } from '../lib/time.ts';
import { ClockChip } from './ClockChip.tsx';
import { KeyButton } from './Key.tsx';
import { LevelMark } from './LevelMark.tsx';
import type { Fact } from './OrderHead.tsx';

/** 主办办结（9月29日 17:30 前）, and the chip in its long form. */
export function clockFact(clock: ClockView, words: Words, now: number, ofLead: boolean): Fact {
  const { say, language } = words;
  const name =
    clock.clock === 'final'
      ? say(ofLead ? 'fact.lead_final' : 'fact.final')
      : say(`clock.${clock.clock}`);
  const over = shownAt(clock, now).lamp === 'overdue';
  const at = clock.dueAt && dueText(clock.dueAt, now, language);
  return {
    label: at ? say(over ? 'fact.was_due' : 'fact.due', { clock: name, at }) : name,
    value: <ClockChip clock={clock} size="long" />,
  };
}

/** The clock of a page head: the lead's reply while it runs, else whatever holds the order now. */
export function useOrderClockFact(order: OrderDetail): Fact | undefined {
  const words = useWords();
  const now = useClockNow();
  const lead = order.assignments.find((a) => a.kind === 'lead' && a.round === order.round);
  const final = lead?.clocks.find((c) => c.clock === 'final');
  const clock = final ?? order.clock;
  return clock ? clockFact(clock, words, now, true) : undefined;
}

interface LevelProps {
  orderId: string;
  clocks: readonly (ClockView | null)[];
  /** Only what this unit was given. */
  organizationId?: string;
}
/**
 * The highest level reached: by a clock, or by a supervision order that is not settled, for those
 * who may read these. Nothing below level 1.
 */
export function OrderLevel({ orderId, clocks, organizationId }: LevelProps) {
  const reads = useMe().desks.includes('supervision');
  const standing = useSupervisions({ orderId }, undefined, reads).items.filter(
    (s) => s.state !== 'accepted' && (!organizationId || s.organization.id === organizationId),
  );
  const levels = [...clocks, ...standing].map((of) => of?.level ?? 0);
  const level = Math.max(0, ...levels);
  return level > 0 ? <LevelMark level={level} /> : null;
}

interface SideProps {
  clocks: readonly { key: string; label: string; clock: ClockView }[];
  onExplain: () => void;
}
/** In the side column: each living clock, and the way to where it came from. */
export function SideClocks({ clocks, onExplain }: SideProps) {
  const { say } = useWords();
  return (
    <div className="part">
      <h2>
        {say('deadline.here')}
        <span className="r">
          <KeyButton size="small" type="text" keys="D" onClick={onExplain}>
            {say('deadline.open')}
          </KeyButton>
        </span>
      </h2>
      <ul className="side-clocks">
        {clocks.map(({ key, label, clock }) => (
          <li key={key}>
            <span className="cut">{label}</span>
            <ClockChip clock={clock} />
          </li>
        ))}
      </ul>
    </div>
  );
}

import { Link, useLocation } from 'react-router';
import { useQueue, useSeat } from '../data/calls.ts';
import { useNow } from '../data/clock.ts';
import { useBreakDue, useSeatMoves } from '../data/seat.ts';
import { useMe } from '../data/session.tsx';
import { useWords } from '../lib/text.ts';
import { DESK_PATH } from './desks.ts';

/** Whether the operator can be rung, on the pages besides their desk, which says it itself. */
export function SeatSign() {
  const { say } = useWords();
  const here = useLocation().pathname.startsWith(DESK_PATH.operator);
  const operator = useMe().desks.includes('operator') && !here;
  const { data: seat } = useSeat(operator);
  // A break that was wished for is taken on whichever page one is by then.
  useBreakDue(operator ? seat : undefined, useSeatMoves(seat));
  if (!operator || !seat) return null;
  return (
    <Link to={DESK_PATH.operator} className={`seat-sign ${seat.state}`}>
      <span className="unseen">{say('seat.mine')}</span>
      {say(`seat.${seat.state}`)}
    </Link>
  );
}

/** 02:47, of seconds. */
export function clockText(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}

/** 排队 4 人，最长 00:38. */
export function QueueSign() {
  const { say } = useWords();
  const { data: queue, dataUpdatedAt } = useQueue();
  // Who waits goes on waiting between two readings.
  useNow(1000);
  if (!queue) return null;
  const { waiting, longestWaitSeconds } = queue;
  const since = Math.max(0, Math.floor((Date.now() - dataUpdatedAt) / 1000));
  const longest = clockText(longestWaitSeconds + since);
  return (
    <span className={waiting > 0 ? 'sm nb today-t' : 'sm nb mut'}>
      {waiting > 0 ? say('seat.queue', { n: waiting, longest }) : say('seat.no_queue')}
    </span>
  );
}

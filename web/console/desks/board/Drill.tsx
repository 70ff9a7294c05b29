import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { BoardFilter } from '../../data/board-api.ts';
import { useMe } from '../../data/session.tsx';
import { listAddress } from './figures.ts';

interface Props {
  /** Undefined: there is no list. */
  filter: BoardFilter | undefined;
  /** Nothing to see behind a nought. */
  n?: number;
  className?: string;
  title?: string;
  /** A second way to what is reached elsewhere: for the mouse alone. */
  mouse?: boolean;
  children?: ReactNode;
}

/** A number that opens its orders, for those who have the list. */
export function Drill({ filter, n = 1, className = '', title, mouse, children }: Props) {
  const lists = useMe().desks.includes('overdue');
  if (!lists || !filter || n === 0)
    return (
      <span className={className} title={title}>
        {children}
      </span>
    );
  return (
    <Link
      className={className}
      to={listAddress(filter)}
      title={title}
      tabIndex={mouse ? -1 : undefined}
    >
      {children}
    </Link>
  );
}

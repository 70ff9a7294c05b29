import type { ReactNode } from 'react';
import { problemOfQuery } from '../data/problem.ts';
import { Loading, ProblemNotice } from './States.tsx';

interface Props<T> {
  query: {
    data: T | undefined;
    error: unknown;
    failureReason: unknown;
    isPending: boolean;
    refetch: () => unknown;
  };
  children: (data: T) => ReactNode;
}

/** Shows what was read; while it is read or could not be read, says so. */
export function QueryView<T>({ query, children }: Props<T>) {
  if (query.data !== undefined) return children(query.data);
  const problem = problemOfQuery(query);
  if (!problem) return <Loading />;
  return (
    <div className="pad">
      <ProblemNotice problem={problem} kind="read" retry={() => void query.refetch()} />
    </div>
  );
}

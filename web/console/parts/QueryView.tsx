import type { ReactNode } from 'react';
import { asProblem } from '../data/problem.ts';
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

/** What was put off comes by itself; until then it is said why nothing is there. */
const putOff = (reason: unknown) => {
  const problem = asProblem(reason);
  return problem?.code === 'overloaded' ? problem : null;
};

/** Shows what was read; while it is read or could not be read, says so. */
export function QueryView<T>({ query, children }: Props<T>) {
  if (query.data !== undefined) return children(query.data);
  const problem = asProblem(query.error) ?? putOff(query.failureReason);
  if (!problem) return <Loading />;
  return (
    <div className="pad">
      <ProblemNotice problem={problem} kind="read" retry={() => void query.refetch()} />
    </div>
  );
}

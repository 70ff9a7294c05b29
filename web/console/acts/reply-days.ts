import { usePolicies } from '../data/clock-api.ts';

/** Working days that the policy in force gives for the answer; undefined: not known here. */
export function useReplyDays(level: number): number | undefined {
  const current = usePolicies().data?.items.find((policy) => policy.current);
  const row = current?.document.limits.find(
    (limit) =>
      limit.clock === 'supervision_reply' && (limit.level === undefined || limit.level === level),
  );
  return row?.basis === 'wd' ? row.amount : undefined;
}

import { InputNumber } from 'antd';
import { useState } from 'react';
import { useClockNow } from '../../data/clock.ts';
import { useAbusePolicy } from '../../data/returns.ts';
import { useWords } from '../../lib/text.ts';
import { stampText } from '../../lib/time.ts';
import { Field } from '../../parts/Field.tsx';

const DAY_MS = 86_400_000;

export interface Days {
  value: number | null;
  /** As many as the policy allows. */
  most: number | undefined;
  good: boolean;
  set(value: number | null): void;
}

/** For how many days a number is restricted: as many as the policy says, or fewer; never without an end. */
export function useDays(): Days {
  const most = useAbusePolicy()?.restrictDays;
  const [typed, set] = useState<number | null>();
  const value = typed === undefined ? (most ?? null) : typed;
  const good = most !== undefined && value !== null && value >= 1 && value <= most;
  return { value, most, good, set };
}

/** The days, and the day on which it ends by itself. */
export function DaysField({ days: { value, most, good, set } }: { days: Days }) {
  const { say, language } = useWords();
  const now = useClockNow();
  const wrong = most !== undefined && !good ? say('restrict.days_wrong', { n: most }) : undefined;
  const at = good && value !== null ? new Date(now + value * DAY_MS).toISOString() : null;
  return (
    <Field
      required
      label={say('restrict.days')}
      wrong={wrong}
      hint={at && say('restrict.ends', { at: stampText(at, now, language) })}
    >
      {/* Without bounds of its own: what is out of range is said to be, not changed behind one's back. */}
      <InputNumber<number> precision={0} value={value} onChange={set} />
    </Field>
  );
}

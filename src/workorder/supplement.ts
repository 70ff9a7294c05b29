/** What the citizen of an order is asked for, while the order waits for it. */
import type { ClockView } from '../deadline/schema.ts';
import type { MissingItem } from '../kernel/words.ts';
import * as read from './read.store.ts';
import type { OrderRow } from './store.ts';

export interface AskedSupplement {
  missing: MissingItem[];
  question: string;
  askedAt: Date;
  /** When the order goes on or closes without it. */
  dueAt: string | null;
}

/** The open question, from acts and texts that were read already; null where none is open. */
export function askedSupplement(
  order: OrderRow,
  acts: Awaited<ReturnType<typeof read.actsOf>>,
  texts: Awaited<ReturnType<typeof read.actTextsOf>>,
  clocks: readonly ClockView[],
): AskedSupplement | null {
  if (order.state !== 'awaiting_supplement') return null;
  const asked = acts.findLast((a) => a.act === 'ask_supplement');
  if (!asked) return null;
  return {
    missing: asked.detail.missing as MissingItem[],
    question: texts.find((t) => t.act_id === asked.id && t.kind === 'question')?.body ?? '',
    askedAt: asked.at,
    dueAt: clocks.find((c) => c.clock === 'supplement')?.dueAt ?? null,
  };
}

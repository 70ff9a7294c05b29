import type { EscalationView } from '../../../../src/supervision/schema.ts';
import { useWords } from '../../lib/text.ts';

/** The word of a cause or a step of the ladder; one of a later policy has none and stays out. */
export function useCauseWord(): (code: string | null) => string {
  const { word } = useWords();
  return (code) => (code === null ? '' : word(`cause.${code}`, ''));
}

/** Reminders before the due time come in between; they are no escalation and are left out. */
export const ESCALATIONS_READ = 60;
export const isEscalation = (item: EscalationView): boolean =>
  item.action !== 'remind' || item.level > 0;

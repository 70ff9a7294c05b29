import { useWords } from '../../lib/text.ts';

/** The word of a cause or a step of the ladder; one of a later policy has none and stays out. */
export function useCauseWord(): (code: string | null) => string {
  const { word } = useWords();
  return (code) => (code === null ? '' : word(`cause.${code}`, ''));
}

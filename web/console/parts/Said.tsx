import { useWords } from '../lib/text.ts';

/** The citizen's own words, in full; empty for those who may not read a confidential demand. */
export function Said({ words, medium = false }: { words: string; medium?: boolean }) {
  const { say } = useWords();
  if (!words) return <p className="said hush">{say('said.hidden')}</p>;
  return <p className={medium ? 'said m' : 'said'}>{words}</p>;
}

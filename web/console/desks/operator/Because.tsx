import { useMemo } from 'react';
import { useReference } from '../../data/queries.ts';
import { useWords } from '../../lib/text.ts';

/** 因为 原文有“停水”“自来水公司”. */
export function Because({ words }: { words: readonly string[] }) {
  const { say } = useWords();
  if (words.length === 0) return null;
  return (
    <p className="why">
      <span>{say('routing.because')}</span>
      {say('advice.because', { words: words.map((word) => `“${word}”`).join('') })}
    </p>
  );
}

export function useCategoryName(): (code: string) => string {
  const { name } = useWords();
  const { data } = useReference();
  return useMemo(() => {
    const known = new Map((data?.categories ?? []).map((c) => [c.code, c]));
    return (code) => {
      const category = known.get(code);
      return category ? `${code} ${name(category)}` : code;
    };
  }, [data, name]);
}

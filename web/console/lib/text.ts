/** Words in the chosen language. */
import { useMemo } from 'react';
import { dictionaries, translate, type Language, type TextKey } from '../../../src/contract.ts';
import { useLanguage } from './prefs.ts';

export interface Words {
  language: Language;
  /** The sentence for a key. */
  say(key: TextKey, values?: Record<string, string | number>): string;
  /** The word of a code whose key may be missing, such as an act of a later release. */
  word(key: string, otherwise?: string): string;
  /** The name of a unit or category in this language. */
  name(thing: { name: string; nameEn?: string }): string;
  /** Several things as one phrase. */
  list(parts: readonly string[]): string;
}

export const wordsIn = (language: Language): Words => ({
  language,
  say: (key, values) => translate(language, key, values),
  word: (key, otherwise = key) =>
    (dictionaries[language] as Record<string, string>)[key] ?? otherwise,
  name: (thing) => (language === 'en' && thing.nameEn ? thing.nameEn : thing.name),
  list: (parts) => parts.join(language === 'en' ? ', ' : '、'),
});

/** The sentence for a key as it goes to units: they read Chinese, whatever the writer's console speaks. */
export const sayToUnits = (key: TextKey): string => translate('zh-CN', key);

export function useWords(): Words {
  const language = useLanguage();
  return useMemo(() => wordsIn(language), [language]);
}

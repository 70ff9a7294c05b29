/**
 * One catalogue, Chinese first. Each part has a Chinese file, which defines the keys, and an English
 * one of the same type: a missing key is a type error. Texts take `{name}` places.
 */
import { adviceEn, adviceZh } from './advice.ts';
import { boardEn, boardZh } from './board.ts';
import { chatEn, chatZh } from './chat.ts';
import { citizenEn, citizenZh } from './citizen.ts';
import { clockEn, clockZh } from './clock.ts';
import { consoleEn, consoleZh } from './console.ts';
import { coreEn, coreZh } from './core.ts';
import { demoEn, demoZh } from './demo.ts';
import { doorEn, doorZh } from './door.ts';
import { galleryEn, galleryZh } from './gallery.ts';
import { noticeEn, noticeZh } from './notice.ts';
import { reportEn, reportZh } from './report.ts';
import { telephonyEn, telephonyZh } from './telephony.ts';
import { triageEn, triageZh } from './triage.ts';
import { workEn, workZh } from './work.ts';

export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

const zh = {
  ...coreZh,
  ...consoleZh,
  ...citizenZh,
  ...noticeZh,
  ...clockZh,
  ...boardZh,
  ...adviceZh,
  ...demoZh,
  ...reportZh,
  ...workZh,
  ...galleryZh,
  ...triageZh,
  ...telephonyZh,
  ...doorZh,
  ...chatZh,
};
export type TextKey = keyof typeof zh;

export const dictionaries: Record<Language, Record<TextKey, string>> = {
  'zh-CN': zh,
  en: {
    ...coreEn,
    ...consoleEn,
    ...citizenEn,
    ...noticeEn,
    ...clockEn,
    ...boardEn,
    ...adviceEn,
    ...demoEn,
    ...reportEn,
    ...workEn,
    ...galleryEn,
    ...triageEn,
    ...telephonyEn,
    ...doorEn,
    ...chatEn,
  },
};

/**
 * The sentence for a key; a place without a value stays visible as `{name}`. `{n:time|times}` is the
 * first word where `n` is 1, otherwise the second.
 */
export function translate(
  language: Language,
  key: TextKey,
  values: Record<string, string | number> = {},
): string {
  const template = dictionaries[language][key] ?? key;
  return template
    .replace(/\{(\w+):([^{}|]*)\|([^{}|]*)\}/g, (_, name: string, one: string, many: string) =>
      Number(values[name]) === 1 ? one : many,
    )
    .replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The language of an `Accept-Language` header; Chinese unless English is asked for first. */
export const languageOf = (header: string | undefined): Language =>
  /^\s*en\b/i.test(header ?? '') ? 'en' : 'zh-CN';

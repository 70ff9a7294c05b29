/** Days and instants as documents write them: with the year, in the city's time. */
import type { Language } from '../../../src/contract.ts';

const ZONE = 'Asia/Shanghai';
const LOCALE: Record<Language, string> = { 'zh-CN': 'zh-CN', en: 'en-GB' };

/** 2026年9月21日. */
export const dateText = (iso: string, language: Language): string =>
  new Intl.DateTimeFormat(LOCALE[language], { timeZone: ZONE, dateStyle: 'long' }).format(
    Date.parse(iso),
  );

const yearOf = (at: number) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, year: 'numeric' }).format(at);

/** 2026年9月21日 10:24; 9月21日 10:24 where the paper tells the year elsewhere, as `sameAs`. */
export const instantText = (at: number, language: Language, sameAs?: number): string => {
  const short = sameAs !== undefined && yearOf(sameAs) === yearOf(at);
  const day = short
    ? new Intl.DateTimeFormat(LOCALE[language], {
        timeZone: ZONE,
        month: 'long',
        day: 'numeric',
      }).format(at)
    : dateText(new Date(at).toISOString(), language);
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone: ZONE,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);
  return `${day} ${time}`;
};

/** Instants and waits as staff read them: always the city's time, 24 h, no seconds. */
import type { Language } from '../../../src/contract.ts';

const ZONE = 'Asia/Shanghai';
const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const monthEn = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, month: 'short' });
const WEEKDAYS_ZH: Record<string, string> = {
  Mon: '一',
  Tue: '二',
  Wed: '三',
  Thu: '四',
  Fri: '五',
  Sat: '六',
  Sun: '日',
};

interface CityTime {
  year: string;
  month: string;
  day: string;
  weekday: string;
  hour: string;
  minute: string;
  second: string;
}

function cityTime(at: number): CityTime {
  const found = parts.formatToParts(at).map(({ type, value }) => [type, value]);
  return Object.fromEntries(found) as CityTime;
}

const dayKey = (t: CityTime) => `${t.year}-${t.month}-${t.day}`;

/** 9月21日; with the year when it is not this one. */
export function dayText(at: number, now: number, language: Language): string {
  const t = cityTime(at);
  const thisYear = t.year === cityTime(now).year;
  // Some browsers pad month and day although the format says numeric.
  const [month, day] = [Number(t.month), Number(t.day)];
  if (language === 'en') return `${day} ${monthEn.format(at)}${thisYear ? '' : ` ${t.year}`}`;
  return `${thisYear ? '' : `${t.year}年`}${month}月${day}日`;
}

/** 今日 09:05, 9月18日 15:10, 2025年12月30日 08:00. */
export function stampText(iso: string, now: number, language: Language): string {
  const at = Date.parse(iso);
  const t = cityTime(at);
  const today = dayKey(t) === dayKey(cityTime(now));
  const day = today ? (language === 'en' ? 'Today' : '今日') : dayText(at, now, language);
  return `${day} ${t.hour}:${t.minute}`;
}

/** A due instant: midnight is the end of the day before, 9月26日 24:00. */
export function dueText(iso: string, now: number, language: Language): string {
  const shown = stampText(new Date(lastMinute(iso)).toISOString(), now, language);
  return `${shown.slice(0, -5)}${dueHour(iso)}`;
}

/** 10:24. */
export function hourText(at: number): string {
  const t = cityTime(at);
  return `${t.hour}:${t.minute}`;
}

/** The clock of the top bar: the time with seconds, the day with its weekday. */
export function wallClock(now: number, language: Language): { time: string; day: string } {
  const t = cityTime(now);
  const day = dayText(now, now, language);
  return {
    time: `${t.hour}:${t.minute}:${t.second}`,
    day: language === 'en' ? `${t.weekday} ${day}` : `${day} 星期${WEEKDAYS_ZH[t.weekday] ?? ''}`,
  };
}

/** A natural span: 3分, 2时10分, 4天2时. A 天 has 24 hours; a 日 of the clocks will have seven. */
export function spanText(ms: number, language: Language): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const [du, hu, mu] = language === 'en' ? ['d ', 'h ', 'min'] : ['天', '时', '分'];
  if (minutes === 0) return language === 'en' ? '<1 min' : '不到1分';
  if (d > 0) return `${d}${du}${h > 0 ? `${h}${hu}` : ''}`.trimEnd();
  if (h > 0) return `${h}${hu}${String(m).padStart(2, '0')}${mu}`;
  return `${m}${language === 'en' ? ' min' : mu}`;
}

// ── Calendar dates, `yyyy-mm-dd` ───────────────────────────────────────────────────────────────

/** Noon of a date in the city: safe to hand to everything that reads instants. */
const noonOf = (date: string): number => Date.parse(`${date}T12:00:00+08:00`);

/** The date in the city, `yyyy-mm-dd`. */
export function cityDate(at: number): string {
  const { year, month, day } = cityTime(at);
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** 9月29日. */
export const dateText = (date: string, now: number, language: Language): string =>
  dayText(noonOf(date), now, language);

/** 二; Tue. */
export function weekdayText(date: string, language: Language): string {
  const { weekday } = cityTime(noonOf(date));
  return language === 'en' ? weekday : (WEEKDAYS_ZH[weekday] ?? '');
}

/** 9月29日 星期二. */
export function longDateText(date: string, now: number, language: Language): string {
  const day = dateText(date, now, language);
  const weekday = weekdayText(date, language);
  return language === 'en' ? `${weekday} ${day}` : `${day} 星期${weekday}`;
}

/** The minute that a due instant ends, so that midnight belongs to the day before. */
const lastMinute = (iso: string) => {
  const at = Date.parse(iso);
  return hourText(at) === '00:00' ? at - 60_000 : at;
};
/** The day on which something is due: 9月29日 星期二. */
export const dueDay = (iso: string, now: number, language: Language): string =>
  longDateText(cityDate(lastMinute(iso)), now, language);
/** 17:30; 24:00 at midnight. */
export const dueHour = (iso: string): string => {
  const hour = hourText(Date.parse(iso));
  return hour === '00:00' ? '24:00' : hour;
};

/** 2026 年 9 月; September 2026. */
export function monthText(date: string, language: Language): string {
  const [year, month] = date.split('-');
  if (language === 'en') return `${monthEn.format(noonOf(date))} ${year}`;
  return `${year} 年 ${Number(month)} 月`;
}

/** 08:30–12:00; an end after midnight is the next date's. */
export function spanOfDayText([from, to]: readonly [number, number]): string {
  const at = (minutes: number) =>
    `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  if (to - from === 1440) return '00:00–24:00';
  return `${at(from)}–${to === 1440 ? '24:00' : at(to)}${to > 1440 ? ' +1' : ''}`;
}

/** What a person chose for this browser: language and light or dark. */
import { LANGUAGES, type Language } from '../../../src/contract.ts';
import { createStore, useStore } from './store.ts';
import { readStored, writeStored } from './storage.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEMES)[number];

const LANGUAGE_KEY = 'console.language';
const THEME_KEY = 'console.theme';

const oneOf = <T extends string>(list: readonly T[], value: unknown, otherwise: T): T =>
  list.find((item) => item === value) ?? otherwise;

const storedLanguage = () => oneOf(LANGUAGES, readStored('localStorage', LANGUAGE_KEY), 'zh-CN');
const storedTheme = () => oneOf(THEMES, readStored('localStorage', THEME_KEY), 'system');

export const languageStore = createStore<Language>(storedLanguage(), (language) => {
  writeStored('localStorage', LANGUAGE_KEY, language);
  document.documentElement.lang = language;
});
export const useLanguage = () => useStore(languageStore);

export const themeStore = createStore<ThemeChoice>(storedTheme(), (theme) => {
  writeStored('localStorage', THEME_KEY, theme);
  darkStore.set(isDark());
});
export const useTheme = () => useStore(themeStore);

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
const isDark = () =>
  themeStore.get() === 'dark' || (themeStore.get() === 'system' && systemDark.matches);

/** Whether the page is dark now; `data-theme` on <html> follows it. */
export const darkStore = createStore<boolean>(isDark(), (dark) => {
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
});
export const useDark = () => useStore(darkStore);
systemDark.addEventListener('change', () => darkStore.set(isDark()));

/** A finger instead of a mouse, or a narrow page: controls get large. */
const touch = window.matchMedia('(pointer: coarse), (max-width: 767px)');
const touchStore = createStore<boolean>(touch.matches);
touch.addEventListener('change', () => touchStore.set(touch.matches));
export const useTouch = () => useStore(touchStore);

// What is chosen in one tab holds in the others.
window.addEventListener('storage', ({ key }) => {
  if (key === LANGUAGE_KEY) languageStore.set(storedLanguage());
  if (key === THEME_KEY) themeStore.set(storedTheme());
});

document.documentElement.lang = languageStore.get();
document.documentElement.dataset.theme = darkStore.get() ? 'dark' : 'light';

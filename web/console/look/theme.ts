/** The look's tokens as a theme of Ant Design. */
import { theme as antTheme, type ThemeConfig } from 'antd';
import { antd } from './tokens.json';

const light = antd.light as unknown as ThemeConfig;
const dark = antd.dark as unknown as ThemeConfig;

/** Fingers need 48 px; the tokens' large control has 40. */
const TOUCH = { controlHeightLG: 48, borderRadiusLG: 10 };

export function themeOf(isDark: boolean, touch: boolean): ThemeConfig {
  const base = isDark ? dark : light;
  return {
    ...base,
    algorithm: isDark ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
    token: { ...base.token, ...(touch ? TOUCH : {}) },
  };
}

/** The look's tokens as a theme of Ant Design. */
import { theme as antTheme, type ThemeConfig } from 'antd';
import { antd } from './tokens.json';

const light = antd.light as unknown as ThemeConfig;
const dark = antd.dark as unknown as ThemeConfig;

/** Fingers need 48 px, and never less than 40. */
const TOUCH = { controlHeightSM: 44, controlHeight: 44, controlHeightLG: 48, borderRadiusLG: 10 };

export function themeOf(isDark: boolean, touch: boolean): ThemeConfig {
  const base = isDark ? dark : light;
  return {
    ...base,
    algorithm: isDark ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
    token: { ...base.token, ...(touch ? TOUCH : {}) },
    components: {
      ...base.components,
      // A large button is a control, not a panel.
      Button: { ...base.components?.Button, borderRadiusLG: touch ? TOUCH.borderRadiusLG : 4 },
    },
  };
}

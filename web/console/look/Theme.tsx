import { ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { useMemo, type ReactNode } from 'react';
import { useDark, useLanguage, useTouch } from '../lib/prefs.ts';
import { themeOf } from './theme.ts';

/** The server writes it into the page; style tags without it are refused by the policy. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

export function Theme({ children }: { children: ReactNode }) {
  const dark = useDark();
  const touch = useTouch();
  const language = useLanguage();
  const theme = useMemo(() => themeOf(dark, touch), [dark, touch]);
  return (
    <ConfigProvider
      theme={theme}
      csp={{ nonce }}
      locale={language === 'en' ? enUS : zhCN}
      componentSize={touch ? 'large' : 'middle'}
      button={{ autoInsertSpace: false }}
      wave={{ disabled: true }}
    >
      {children}
    </ConfigProvider>
  );
}

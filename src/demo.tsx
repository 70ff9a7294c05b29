/** @jsxImportSource hono/jsx */
import { Hono } from 'hono';
import type { Role } from './kernel/words.ts';
import { fail } from './kernel/errors.ts';
import { demoMessages } from './notification/index.ts';
import { deploymentKind } from './platform/db.ts';
import type { Env } from './platform/http/auth.ts';
import type { Deps } from './platform/unit-of-work.ts';

interface Account {
  login: string;
  password: string;
  name: string;
  role: Role;
  organizationName: string;
}

/** What only a demo database has: the accounts to sign in with, and the telephone that shows SMS. */
export function demoPages(deps: Deps, accounts: () => Promise<Account[]>): Hono<Env> {
  const app = new Hono<Env>();
  app.use('/demo/phone', onlyDemo(deps));
  app.use('/api/demo/*', onlyDemo(deps));
  app.get('/api/demo/accounts', async (c) => c.json(await accounts(), 200));
  app.get('/demo/phone', async (c) => {
    const messages = await demoMessages(deps);
    const nonce = c.get('nonce');
    c.header(
      'Content-Security-Policy',
      `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`,
    );
    c.header('Cache-Control', 'no-store');
    return c.html(
      <html lang="zh-CN">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width,initial-scale=1" />
          <title>演示电话 · 云汀 12345</title>
          <style nonce={nonce}>{STYLE}</style>
        </head>
        <body>
          <main>
            <h1>演示电话</h1>
            <p class="sub">诉求人和值班电话收到的短信，最新在前。刷新看新的。</p>
            {messages.length === 0 && (
              <p class="none">还没有短信。登记一件留了电话的诉求，这里就会收到回执。</p>
            )}
            <ol>
              {messages.map((m) => (
                <li>
                  <p class="to">
                    {m.to} <time>{m.at.slice(0, 16).replace('T', ' ')}Z</time>
                  </p>
                  <p>{linked(m.text)}</p>
                </li>
              ))}
            </ol>
          </main>
        </body>
      </html>,
    );
  });
  return app;
}

const onlyDemo = (deps: Deps) => async (_c: unknown, next: () => Promise<void>) => {
  if ((await deploymentKind(deps.db)) !== 'demo') fail('demo_only');
  await next();
};

/** Addresses in a message become links. */
const linked = (text: string) =>
  text
    .split(/(https?:\/\/[\w.:/-]+)/)
    .map((part) => (part.startsWith('http') ? <a href={part}>{part}</a> : part));

const STYLE = `:root{color-scheme:light dark}body{margin:0;font:16px/1.7 "PingFang SC","Noto Sans CJK SC","WenQuanYi Zen Hei",system-ui,sans-serif;background:#f2f4f7;color:#18212d}
main{max-width:480px;margin:0 auto;padding:20px}h1{font-size:24px;margin:0}.sub,.to,time{color:#596473;font-size:14px;margin:0}ol{list-style:none;padding:0;display:grid;gap:10px}
li{background:#fff;border:1px solid #dfe3e9;border-radius:10px;padding:10px 14px;overflow-wrap:anywhere}li p{margin:0}time{float:right}a{color:#0a4cb8}
@media (prefers-color-scheme:dark){body{background:#0e131a;color:#e4e9f0}li{background:#151c25;border-color:#293341}a{color:#8fb8ff}.sub,.to,time{color:#95a1b1}}`;

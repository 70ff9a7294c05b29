/** @jsxImportSource hono/jsx */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { fail } from '../../src/kernel/errors.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { Page } from './page.tsx';
import { show, switched, viewOf } from './view.ts';
import type { Site, View } from './view.ts';

/** What the build has compressed already, best first. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** Seconds a page may keep the script without asking; a new one is everywhere after that. */
const FRESH_SECONDS = 300;

/** The chat fills what the head leaves of the window. */
const FULL = `
.page{height:100vh;height:100dvh}
main{min-height:0}
#chat,#chat>*{display:flex;flex:1;min-height:0}
`.replace(/\n/g, '');

/** The chat as a page of its own, for links from elsewhere. */
const ChatPage = ({ view }: { view: View }) => (
  <Page view={view} title={view.say('chat.page')} style={FULL} chatInto="#chat">
    <h1 class="vh">{view.say('chat.page')}</h1>
    <div id="chat" />
    <noscript>
      <div class="in">
        <p>{view.say('chat.page_noscript')}</p>
        <a class="btn p" href="/submit">
          {view.say('citizen.home.submit')}
        </a>
        <a class="btn" href="tel:12345">
          {view.say('citizen.call')}
        </a>
      </div>
    </noscript>
  </Page>
);

/** The script, as the browser likes it best. */
async function widget(c: Context<Env>, file: string): Promise<Response> {
  const accepts = c.req.header('accept-encoding') ?? '';
  const [encoding, ending] = ENCODINGS.find(([name]) => accepts.includes(name)) ?? [null, ''];
  const body = await readFile(file + ending).catch(() => fail('not_found'));
  const tag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  c.header('Content-Type', 'text/javascript; charset=utf-8');
  c.header('Cache-Control', `public, max-age=${FRESH_SECONDS}`);
  c.header('Vary', 'Accept-Encoding');
  c.header('ETag', tag);
  if (c.req.header('if-none-match') === tag) return c.body(null, 304);
  if (encoding) c.header('Content-Encoding', encoding);
  return c.body(new Uint8Array(body));
}

/** The chat's page and its script; its API stands in src/chat. */
export const chatPages = (site: Site, file: string) =>
  new Hono<Env>()
    .get('/', (c) => {
      const moved = switched(c, site);
      if (moved) return moved;
      const view = viewOf(c, site);
      return show(c, view, <ChatPage view={view} />, { personal: false });
    })
    .get('/widget.js', (c) => widget(c, file));

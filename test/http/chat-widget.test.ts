/** The chat's script and page: how large it is, who may load it, what its words are, what no script leaves. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WIDGET_WORDS } from '../../src/kernel/i18n/chat-widget.ts';
import { createApp } from '../../src/app.ts';
import { citizenPages } from '../../web/citizen/index.tsx';
import { bundle } from '../processes.ts';
import { PUBLIC_URL, createWorld } from '../world.ts';
import type { World } from '../world.ts';

/** Bytes of the script as it is built: before any compression. */
const WIDGET_BYTES_MAX = 15_000;

let w: World;
let widget: string;
let app: ReturnType<typeof createApp>;
const get = (at: string, headers: Record<string, string> = {}) =>
  app.request(PUBLIC_URL + at, { headers: { 'accept-language': 'zh-CN', ...headers } });

beforeAll(async () => {
  w = await createWorld();
  widget = path.join(bundle(), 'dist/chat/widget.js');
  const citizen = citizenPages(w.deps, w.intake, { trustProxy: 0, demo: false, widget });
  app = createApp(w.deps, { intake: w.intake, trustProxy: 0, citizen });
}, 60_000);
afterAll(() => w.close());

describe('the widget', () => {
  it('is one file of at most 15 kB', () => {
    const bytes = readFileSync(widget);
    process.stdout.write(`    widget: ${bytes.length} bytes, ${gzipSync(bytes).length} gzip\n`);
    expect(bytes.length).toBeLessThanOrEqual(WIDGET_BYTES_MAX);
    expect(existsSync(`${widget}.br`)).toBe(true);
    // It brings its style along and asks nothing of anybody else.
    expect(bytes.toString().match(/https?:\/\/[\w.-]+/g)).toBeNull();
    expect(bytes.toString()).not.toMatch(/document\.cookie|innerHTML|eval\(|new Function/);
  });

  it('may be loaded by a page of any house, and is asked for again cheaply', async () => {
    const answer = await get('/chat/widget.js', { 'accept-encoding': 'gzip' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('set-cookie')).toBeNull();
    const etag = answer.headers.get('etag')!;
    const again = await get('/chat/widget.js', {
      'accept-encoding': 'gzip',
      'if-none-match': etag,
    });
    expect(again.status).toBe(304);
    // Everything else stays where it was.
    expect((await get('/')).headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  it('speaks both languages, in their own signs', () => {
    for (const [key, [zh, en]] of Object.entries(WIDGET_WORDS)) {
      expect([key, en.match(/\{\w+\}/g)]).toEqual([key, zh.match(/\{\w+\}/g)]);
      expect([key, /[\u3400-\u9fff][,.!?:;]/u.test(zh)]).toEqual([key, false]);
      expect([key, /[\u3000-\u9fff\uff01-\uff5e]/u.test(en)]).toEqual([key, false]);
      expect(zh.split('|').length).toBe(en.split('|').length);
    }
  });
});

/** What the widget's talk needs of a page, with a network that answers as told. */
function page(fetch: (path: string, o: { method: string; body?: string }) => Promise<Response>) {
  vi.useFakeTimers();
  const kept: Record<string, string> = {};
  const events = new Map<string, () => void>();
  const sockets: { onmessage?: (e: { data: string }) => void }[] = [];
  vi.stubGlobal('localStorage', kept);
  vi.stubGlobal('location', { origin: 'https://city.example' });
  vi.stubGlobal('document', { hidden: false });
  vi.stubGlobal('addEventListener', (name: string, told: () => void) => events.set(name, told));
  vi.stubGlobal(
    'WebSocket',
    class {
      onmessage?: (e: { data: string }) => void;
      constructor() {
        sockets.push(this);
      }
      send() {}
      close() {}
    },
  );
  vi.stubGlobal('fetch', (url: URL, o: { method: string; body?: string }) =>
    fetch(url.pathname.split('/sessions/')[1] ?? '', o),
  );
  return { kept, events, sockets };
}
const answer = (status = 200) =>
  Response.json({ token: 't', title: 'no', state: 'open', lastSeq: 0, messages: [] }, { status });
const talk = async (changed = () => {}) =>
  (await import('../../web/chat/chat.ts')).openChat('https://city.example', 'zh-CN', changed);

describe('what is said', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('outlives every answer but a strange token, and is sent by itself in its order', async () => {
    const status: number[] = [];
    const said: string[] = [];
    let looks = 200;
    const { kept } = page(async (path, o) => {
      const next = path.endsWith('messages') && o.method === 'POST' ? status.shift() : undefined;
      const now = path === 'current' ? looks : (next ?? 200);
      if (now === 200 && next !== undefined) said.push(JSON.parse(o.body!).text);
      return answer(now);
    });
    const chat = await talk();
    await chat.begin({});
    status.push(503, 502, 200, 200);
    chat.say('一');
    chat.say('二');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(said).toEqual([]);
    expect(chat.now().unsent.map((u) => [u.text, u.failed])).toEqual([['一', undefined], ['二', undefined]]); // prettier-ignore
    await vi.advanceTimersByTimeAsync(10_000);
    expect(said).toEqual(['一', '二']);
    status.push(503);
    chat.say('三');
    for (looks of [400, 403, 404, 409, 422, 429, 500]) await vi.advanceTimersByTimeAsync(4_000);
    expect([chat.now().isKnown, JSON.parse(kept['hotline-chat']!).token]).toEqual([true, 't']);
    looks = 401;
    await vi.advanceTimersByTimeAsync(4_000);
    expect(chat.now().isKnown).toBe(false);
  });

  it('stands as unsent while the network is gone, whatever answers of before still come', async () => {
    let isGone = false;
    let late: ((a: Response) => void)[] | null = null;
    const notes: boolean[] = [];
    const { events, sockets } = page(async () => {
      if (isGone) throw new TypeError('Failed to fetch');
      return late ? new Promise((done) => late!.push(done)) : answer();
    });
    const chat = await talk(() => notes.push(chat.now().isOffline));
    await chat.begin({});
    // A socket that nobody has closed: it does not know yet either.
    sockets[0]!.onmessage!({ data: '40/chat,{}' });
    await vi.advanceTimersByTimeAsync(0);
    // An answer on its way while the network goes, as taken or as refused.
    for (const status of [200, 500]) {
      [late, isGone] = [[], false];
      void chat.look();
      expect(late).toHaveLength(1);
      isGone = true;
      events.get('offline')!();
      notes.length = 0;
      late.forEach((arrives) => arrives(answer(status)));
      await vi.advanceTimersByTimeAsync(0);
      expect([notes.length > 0, notes.includes(false)]).toEqual([true, false]);
    }
    chat.say('断网时说的');
    await vi.advanceTimersByTimeAsync(60_000);
    expect([chat.now().isOffline, chat.now().unsent.map((u) => u.failed)]).toEqual([true, [undefined]]); // prettier-ignore
    // Back without a word of the browser's: found out soon, though the socket seems to stand.
    [late, isGone] = [null, false];
    await vi.advanceTimersByTimeAsync(4_000);
    expect([chat.now().isOffline, chat.now().unsent]).toEqual([false, []]);
  });
});

describe('the pages', () => {
  it('load it by their nonce, and only it', async () => {
    for (const at of ['/', '/submit', '/track', '/chat']) {
      const page = await get(at);
      const html = await page.text();
      const nonce = /<style nonce="([^"]+)"/.exec(html)![1]!;
      expect(html).toContain(`<script src="/chat/widget.js" nonce="${nonce}" defer=""`);
      const policy = page.headers.get('content-security-policy')!;
      expect(policy).toContain(`script-src 'nonce-${nonce}'; connect-src 'self'; `);
      expect(policy).toContain("img-src 'self' data: blob:;");
      expect(Buffer.byteLength(html)).toBeLessThan(40_000);
    }
  });

  it('say what to do instead where there is no JavaScript, and show no button that does nothing', async () => {
    const html = await (await get('/chat')).text();
    expect(html).toMatch(/<noscript>.*href="\/submit".*href="tel:12345".*<\/noscript>/s);
    expect(await (await get('/')).text()).not.toContain('在线客服');
  });

  it('offer no chat where none was built', async () => {
    const page = await w.app.request(`${PUBLIC_URL}/`);
    expect(await page.text()).not.toContain('widget.js');
    expect((await w.app.request(`${PUBLIC_URL}/chat`)).status).toBe(404);
  });
});

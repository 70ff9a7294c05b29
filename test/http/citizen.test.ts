import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { citizenZh } from '../../src/kernel/i18n/citizen.ts';
import { coreZh } from '../../src/kernel/i18n/core.ts';
import { dictionaries, translate } from '../../src/kernel/i18n/index.ts';
import { ratingTokenFor } from '../../src/followup/index.ts';
import { CODE_LIMIT, SUBMIT_LIMIT } from '../../src/intake/rules.ts';
import { createApp } from '../../src/app.ts';
import { forget, hit } from '../../src/platform/throttle.ts';
import { citizenOrder } from '../../src/workorder/index.ts';
import {
  ASSIGNMENT_ACTS,
  CLOSING_TYPES,
  ORDER_ACTS,
  ORDER_STATES,
} from '../../src/workorder/lifecycle.ts';
import { citizenErrorPage, citizenPages } from '../../web/citizen/index.tsx';
import { headline, story } from '../../web/citizen/story.ts';
import { openedAt } from '../../web/citizen/submit-form.ts';
import type { Say } from '../../web/citizen/view.ts';
import { PUBLIC_URL, REPLY, createWorld, stateOf, steps } from '../world.ts';
import type { World } from '../world.ts';

/** Real time for what is done for the first time, or with many pictures, ms. */
const COLD_MS = 60_000;

let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  s = steps(w);
  // The classifier is loaded with the first text.
  await visitor().post('/submit/next', { screen: '1', content: TEXT });
}, COLD_MS);
afterAll(() => w.close());
afterEach(() => void vi.restoreAllMocks());

const PAGE_BYTES_MAX = 40_000;
/** A photo as we show it, without the values of its attributes. */
const OUR_IMG = /^<img (src="" )?alt="" width="" height=""\s?\/?>$/;
const EVIL = '<img src=x onerror=alert(1)> "&quot;\' </textarea><script>1</script>';
const STATES = Object.entries(coreZh).filter(([k]) => k.startsWith('state.'));

interface Seen {
  status: number;
  text: string;
  headers: Headers;
}

/** What must hold on every page, whatever it shows. */
function checkPage({ text, headers }: Seen) {
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(PAGE_BYTES_MAX);
  // Tags without the values of their attributes: what was typed stands in values and in text only.
  const tags = (text.match(/<[^>]*>/g) ?? []).map((t) => t.replace(/"[^"]*"/g, '""'));
  const ours = tags.filter(
    (t) => !/^<script src="" nonce="" defer=""><?/.test(t) && !OUR_IMG.test(t),
  );
  expect(ours.filter((t) => /^<(script|img|iframe)|\son\w+=|\sstyle=/i.test(t))).toEqual([]);
  for (const [, src] of text.matchAll(/<(?:img|script) src="([^"]*)"/g)) {
    expect(src).toMatch(/^\/(submit\/photos|track\/(photos|files)|script)\/[\w./-]+$/);
  }
  expect(text.match(/(href|action)="(javascript|data):/gi)?.length ?? 0).toBe(1); // the icon
  const nonce = /<style nonce="([^"]+)"/.exec(text)?.[1];
  const script = `script-src 'nonce-${nonce}'; connect-src 'self'; `;
  expect(headers.get('content-security-policy')).toBe(
    `default-src 'none'; style-src 'nonce-${nonce}'; ` +
      (text.includes('<script') ? script : '') +
      "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  for (const [form] of text.matchAll(/<form[^>]*>/g)) {
    expect(form).toMatch(/method="post"/);
    expect(form).toMatch(/action="\/[\w/-]+"/);
  }
  expect(text).toMatch(/<html lang="(zh-CN|en)"/);
  expect(text.match(/citizen\.\w+/g)).toBeNull();
  for (const [, name] of text.matchAll(/aria-describedby="([^"]+)"/g)) {
    for (const id of name!.split(' ')) expect(text).toContain(`id="${id}"`);
  }
  const shown = text.replace(/<style[\s\S]*<\/style>/, '');
  expect(shown.match(/工单|受理/)).toBeNull();
}

/** A browser without scripts: keeps cookies, follows redirects, remembers where it has been. */
function visitor(headers: Record<string, string> = {}) {
  const cookies = new Map<string, string>();
  const been: string[] = [];
  const call = async (
    method: string,
    path: string,
    form?: [string, string][] | FormData,
  ): Promise<Seen> => {
    const isTyped = Array.isArray(form);
    been.push(path);
    const response = await w.app.request(path, {
      method,
      headers: {
        host: 'localhost:12345',
        origin: PUBLIC_URL,
        cookie: [...cookies].map(([k, v]) => `${k}=${v}`).join('; '),
        ...(isTyped && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(form && { body: isTyped ? new URLSearchParams(form).toString() : form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      expect(line).toMatch(/HttpOnly; SameSite=Lax/);
      if (/Max-Age=0/.test(line)) cookies.delete(name!);
      else cookies.set(name!, value!);
    }
    if (response.status === 303) return call('GET', response.headers.get('location')!);
    const seen = {
      status: response.status,
      text: await response.text(),
      headers: response.headers,
    };
    if (/html/.test(response.headers.get('content-type') ?? '')) checkPage(seen);
    return seen;
  };
  return {
    cookies,
    been,
    get: (path: string) => call('GET', path),
    post: (path: string, form: Record<string, string> | [string, string][] = {}) =>
      call('POST', path, Array.isArray(form) ? form : Object.entries(form)),
    /** A form with files, as a browser without scripts sends it. */
    send: (path: string, form: Record<string, string> | [string, string][], files: File[]) => {
      const data = new FormData();
      for (const [k, v] of Array.isArray(form) ? form : Object.entries(form)) data.append(k, v);
      for (const file of files) data.append('photos', file);
      return call('POST', path, data);
    },
  };
}
type Visitor = ReturnType<typeof visitor>;

const hiddenOf = (page: string): Record<string, string> =>
  Object.fromEntries(
    [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map((m) => [
      m[1]!,
      m[2]!,
    ]),
  );
const TEXT = '楼下烧烤店每天开到凌晨两点，油烟直往我家灌。';

/** The form as it stands on the third screen. */
const whole = (more: Record<string, string> = {}) => ({
  screen: '3',
  go: 'send',
  key: crypto.randomUUID(),
  content: TEXT,
  who: 'named',
  phone: '138 0577 4471',
  callback: 'on',
  ...more,
});
const pairOf = (receipt: string) => {
  const { orderNo, code } = hiddenOf(receipt);
  return { orderNo: orderNo!, code: code! };
};
const ordersWith = async (content: string) =>
  w.db.selectFrom('order_text').selectAll().where('content', '=', content).execute();
const follow = async (v: Visitor, o: { orderNo: string; queryCode: string }) =>
  v.post('/track', { orderNo: o.orderNo, code: o.queryCode });
const tokenFor = (id: string) =>
  ratingTokenFor(w.deps, { kind: 'citizen', orderId: id, how: 'query_code' }, id);

describe('the words', () => {
  const texts = Object.entries(citizenZh as Record<string, string>);
  it('name no state of the life cycle and nothing of the office', () => {
    const names = STATES.map(([, name]) => name).filter((n) => n.length > 2);
    const strange = texts.filter(([, t]) => [...names, '工单', '受理'].some((n) => t.includes(n)));
    expect(strange).toEqual([]);
  });
  it('use no exclamation marks', () =>
    expect(texts.filter(([, t]) => /[!！]/.test(t))).toEqual([]));
});

describe('the front door', () => {
  it('offers two things and the emergency numbers', async () => {
    const { text, status } = await visitor().get('/');
    expect(status).toBe(200);
    for (const to of ['/submit', '/track', 'tel:119', 'tel:120', 'tel:110', 'tel:12345'])
      expect(text).toContain(`href="${to}"`);
  });

  it('speaks the language of the browser, or the one that was chosen', async () => {
    const english = visitor({ 'accept-language': 'en-GB,en' });
    expect((await english.get('/')).text).toContain('<html lang="en"');
    const chosen = await english.get('/?lang=zh-CN');
    expect(chosen.text).toContain('<html lang="zh-CN"');
    expect(english.been.at(-1)).toBe('/');
    expect((await english.get('/track')).text).toContain('<html lang="zh-CN"');
  });

  it('keeps the larger type, and takes no other value', async () => {
    const v = visitor();
    expect((await v.get('/?size=large')).text).toContain('class="elder"');
    expect((await v.get('/submit?size=huge')).text).toContain('class="elder huge"');
    expect((await v.get('/?size=normal')).text).toContain('class=""');
    await v.get('/?size=%22%3E&lang=fr');
    expect(v.cookies.get('size')).toBe('normal');
    expect(v.cookies.has('lang')).toBe(false);
  });
});

describe('raising a demand', () => {
  it('takes three screens and gives number and code, neither in an address', async () => {
    const v = visitor();
    const one = await v.get('/submit');
    const first = hiddenOf(one.text);
    expect(first.key).toMatch(/^[\da-f]{8}-[\da-f]{4}-4/);
    const two = await v.post('/submit/next', { ...first, content: TEXT, address: '银杏路 22 号' });
    expect(hiddenOf(two.text)).toMatchObject({ screen: '2', key: first.key, content: TEXT });
    const three = await v.post('/submit/next', {
      ...hiddenOf(two.text),
      who: 'named',
      name: '陈女士',
      phone: '138 0577 4471',
      callback: 'on',
    });
    expect(three.text).toContain('陈女士');
    const slip = await v.post('/submit/next', { ...hiddenOf(three.text), go: 'send' });
    const { orderNo, code } = pairOf(slip.text);
    expect(slip.text).toContain(`${orderNo.slice(8, -4)}<b>${orderNo.slice(-4)}</b>`);
    // Until when somebody reads it, by the clock that runs.
    expect(slip.text).toMatch(/我们先看您写的，最迟 [^，]*\d{2}:\d{2} 看完/);
    expect(v.been.join(' ')).not.toMatch(new RegExp(`${code}|${orderNo}`));
    expect([...v.cookies.values()].join(' ')).not.toMatch(new RegExp(`${code}|${orderNo}`));
    expect(slip.headers.get('cache-control')).toBe('no-store');
    const view = await v.post('/track', { orderNo, code });
    expect(v.been.at(-1)).toBe('/track/view');
    expect(view.text).toContain(TEXT);
  });

  it('registers once, however often it is sent', async () => {
    const v = visitor();
    const form = whole({ content: '路灯不亮，第一次提交。' });
    const slips = await Promise.all(
      [v, visitor(), visitor()].map((x) => x.post('/submit/next', form)),
    );
    const again = await v.post('/submit/next', form);
    const pairs = [...slips, again].map((x) => pairOf(x.text));
    expect(new Set(pairs.map((p) => p.orderNo + p.code)).size).toBe(1);
    expect(await ordersWith(form.content)).toHaveLength(1);
  });

  it('says so when something was changed after sending, and takes it as another one', async () => {
    const v = visitor();
    const form = whole({ content: '井盖松了。' });
    await v.post('/submit/next', form);
    const changed = await v.post('/submit/next', { ...form, content: '井盖松了，砸到人了。' });
    expect(changed.status).toBe(422);
    const kept = hiddenOf(changed.text);
    expect(kept).toMatchObject({ content: '井盖松了，砸到人了。' });
    expect(kept.key).not.toBe(form.key);
    await v.post('/submit/next', { ...kept, go: 'send' });
    expect(v.been.at(-1)).toBe('/receipt');
  });

  it.each([
    ['no words', { content: ' \r\n ' }, 'content'],
    ['too many words', { content: '长'.repeat(2001) }, 'content'],
    ['a place too long', { address: '长'.repeat(201) }, 'address'],
    ['no telephone', { phone: '' }, 'phone'],
    ['a wrong telephone', { phone: '138-0577-447a' }, 'phone'],
    ['a name too long', { name: '长'.repeat(41) }, 'name'],
  ])('%s: beside the field, and everything typed is kept', async (_, wrong, field) => {
    const all = whole({ address: '银杏路', name: '陈女士', confidential: 'on', ...wrong });
    const { status, text } = await visitor().post('/submit/next', all);
    expect(status).toBe(422);
    expect(text).toContain(`href="#${field}"`);
    expect(text).toContain(`id="${field}-err"`);
    expect(text).toMatch(/role="alert" tabindex="-1" autofocus/);
    for (const [name, value] of Object.entries(all)) {
      if (!['screen', 'go'].includes(name) && value.trim()) expect(text).toContain(value);
    }
  });

  it('counts line ends as one character, as people do', async () => {
    const content = `${'一二三四五六七八九\r\n'.repeat(199)}一二三四五六七八九十`;
    const page = await visitor().post('/submit/next', { screen: '1', content, who: 'named' });
    expect(page.status).toBe(200);
    expect(hiddenOf(page.text).content).toHaveLength(2000);
  });

  it('stores neither name nor number of who stays anonymous, typed or not', async () => {
    const form = whole({
      content: '门口的垃圾没有人收。',
      who: 'anonymous',
      name: '陈女士',
      phone: '坏的',
    });
    const slip = await visitor().post('/submit/next', form);
    expect(slip.status).toBe(200);
    const [row] = await ordersWith(form.content);
    const order = await w.db
      .selectFrom('work_order')
      .selectAll()
      .where('id', '=', row!.order_id)
      .executeTakeFirstOrThrow();
    expect(order).toMatchObject({
      requester_id: null,
      anonymous: true,
      wish_callback: false,
      channel: 'web',
      confidential: false,
      wish_public: false,
    });
  });

  it('takes the wishes, and nothing that is not on the form', async () => {
    const form = whole({ content: '保密的事。', confidential: 'on', public: 'on', urgency: 'U1' });
    await visitor().post('/submit/next', form);
    const [row] = await ordersWith(form.content);
    const order = await w.db
      .selectFrom('work_order')
      .selectAll()
      .where('id', '=', row!.order_id)
      .executeTakeFirstOrThrow();
    expect(order).toMatchObject({ confidential: true, wish_public: true, urgency: null });
  });

  it('says that secrecy asked for in words counts, ticks nothing, and repeats it later', async () => {
    const v = visitor();
    const content = '厂里半夜排污水。请替我保密，不要让厂里知道是我说的。';
    const two = await v.post('/submit/next', { ...whole({ content, go: '' }), screen: '1' });
    expect(two.text).toContain('您写了不想让人知道，我们会替您保密');
    expect(two.text).not.toMatch(/name="confidential"[^>]* checked/);
    const calm = await v.post('/submit/next', { ...whole({ go: '' }), screen: '1' });
    expect(calm.text).not.toContain('您写了不想让人知道');
    const slip = await v.post('/submit/next', whole({ content }));
    const page = await v.post('/track', pairOf(slip.text));
    expect(page.text).toContain('照您的意思，替您保密');
  });

  it('goes back with everything, and changes size and language without losing anything', async () => {
    const v = visitor();
    const typed = whole({ name: '陈女士', public: 'on' });
    const back = await v.post('/submit/next', { ...typed, go: '2' });
    expect(back.text).toMatch(/name="phone"[^>]*value="138 0577 4471"/);
    const larger = await v.post('/submit/next', { ...typed, screen: '2', go: '', size: 'huge' });
    expect(larger.text).toContain('class="elder huge"');
    expect(larger.text).toContain('陈女士');
    const english = await v.post('/submit/next', { ...typed, screen: '1', lang: 'en' });
    expect(english.text).toContain('<html lang="en"');
    expect(english.text).toContain(TEXT);
    expect(hiddenOf(english.text)).toMatchObject({ key: typed.key, name: '陈女士', public: 'on' });
  });

  it('lets the browser keep the blank first screen, so that going back finds what was typed', async () => {
    const first = await visitor().get('/submit');
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const second = await visitor().post('/submit/next', whole({ go: '2' }));
    expect(second.headers.get('cache-control')).toBe('no-store');
    const v = visitor();
    await v.get('/submit/next');
    expect(v.been.at(-1)).toBe('/submit');
  });

  it('escapes whatever was typed, on every screen', async () => {
    const v = visitor();
    for (const go of ['1', '2', '3']) {
      const page = await v.post('/submit/next', whole({ content: EVIL, address: EVIL, go }));
      expect(page.text).toContain('&lt;img src=x onerror=alert(1)&gt;');
    }
    await v.post('/submit/next', whole({ content: EVIL, address: EVIL }));
    const slip = await v.get('/receipt');
    const view = await v.post('/track', pairOf(slip.text));
    expect(view.text).toContain('&lt;/textarea&gt;&lt;script&gt;');
  });

  it('stays below 40 kB whatever fits into the form', async () => {
    const form = whole({ content: '"'.repeat(2000), address: "'".repeat(200), lang: 'en' });
    for (const screen of ['1', '2', '3']) {
      const page = await visitor().post('/submit/next', { ...form, screen });
      expect(page.status).toBe(200);
    }
  });

  it('refuses a flood from one place, and keeps what was typed', async () => {
    const bucket = `submit:source:${w.deps.crypto.mac('throttle', 'unknown')}`;
    for (let i = 0; i < SUBMIT_LIMIT.perSource; i++) {
      await hit(w.db, bucket, SUBMIT_LIMIT.windowMinutes);
    }
    const page = await visitor().post('/submit/next', whole({ content: '第几百件。' }));
    expect(page.status).toBe(429);
    expect(hiddenOf(page.text).content).toBe('第几百件。');
    expect(await ordersWith('第几百件。')).toEqual([]);
    // Who shares the address opens the form as people do, and takes the time to fill it in.
    const ago = (key: string, seconds: number) =>
      openedAt(w.deps.crypto, key, Date.now() - seconds * 1000);
    const shut = async (key: string, since: string) => {
      const form = { ...whole({ content: `邻居 ${key}。` }), key, since };
      return (await visitor().post('/submit/next', form)).status === 429;
    };
    const key = randomUUID();
    const first = hiddenOf((await visitor().get('/submit')).text);
    expect(await shut(first.key!, first.since!)).toBe(true);
    expect(await shut(key, '')).toBe(true);
    expect(await shut(key, ago(key, 5))).toBe(true);
    expect(await shut(key, ago(key, 3 * 3600))).toBe(true);
    expect(await shut(key, ago(randomUUID(), 60))).toBe(true);
    expect(await shut(key, `${Date.now() - 60_000}.x`)).toBe(true);
    expect(await ordersWith(`邻居 ${key}。`)).toEqual([]);
    expect(await shut(key, ago(key, 60))).toBe(false);
    expect(await ordersWith(`邻居 ${key}。`)).toHaveLength(1);
    const walked = `submit:walked:${w.deps.crypto.mac('throttle', 'unknown')}`;
    await hit(w.db, walked, SUBMIT_LIMIT.windowMinutes, SUBMIT_LIMIT.walked);
    const late = randomUUID();
    expect(await shut(late, ago(late, 60))).toBe(true);
    for (const used of [bucket, walked]) await forget(w.db, used);
  });

  it('answers a flood in one line where too many of it wait for their answers', async () => {
    const bucket = `submit:source:${w.deps.crypto.mac('throttle', 'unknown')}`;
    await hit(w.db, bucket, SUBMIT_LIMIT.windowMinutes, SUBMIT_LIMIT.perSource);
    const full = { trustProxy: 0, demo: false, refusals: { ms: 60_000, max: 0 } };
    const citizen = citizenPages(w.deps, w.intake, full);
    const house = { intake: w.intake, citizen, trustProxy: 0, errorPage: citizenErrorPage };
    const form = { ...whole({ content: '第几千件。' }), key: randomUUID() };
    const answer = await createApp(w.deps, house).request('/submit/next', {
      method: 'POST',
      headers: { host: new URL(PUBLIC_URL).host, origin: PUBLIC_URL },
      body: new URLSearchParams(form),
    });
    await forget(w.db, bucket);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '60']);
    expect((await answer.text()).length).toBeLessThan(200);
  });

  it('takes forms only: no JSON, no multipart, nothing from another site', async () => {
    const send = (headers: Record<string, string>) =>
      visitor(headers).post('/submit/next', whole());
    expect((await send({ 'content-type': 'application/json' })).status).toBe(415);
    expect((await send({ 'content-type': 'multipart/form-data; boundary=x' })).status).toBe(415);
    expect((await send({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await visitor().post('/submit/next', { content: 'x'.repeat(140_000) })).status).toBe(
      413,
    );
  });
});

/** A photo as a telephone might make it: noise, so that it does not shrink to nothing. */
async function photo(name: string, edge = 320): Promise<File> {
  const data = Buffer.alloc(edge * edge * 3);
  for (let i = 0; i < data.length; i++) data[i] = (i * 7919 + name.length * 131) % 251;
  const raw = { width: edge, height: edge, channels: 3 as const };
  const jpeg = await sharp(data, { raw }).jpeg().toBuffer();
  return new File([new Uint8Array(jpeg)], name, { type: 'image/jpeg' });
}
const photosOf = (page: string): string[] =>
  [...page.matchAll(/name="photo" value="([^"]+)"/g)].map((m) => m[1]!);
/** The hidden fields of a form, photos too. */
const formOf = (page: string): [string, string][] => [
  ...Object.entries(hiddenOf(page)).filter(([name]) => name !== 'photo'),
  ...photosOf(page).map((id): [string, string] => ['photo', id]),
];
const filesOf = (id: string) =>
  w.db.selectFrom('attachment').selectAll().where('order_id', '=', id).orderBy('name').execute();

describe('photos', () => {
  const FIRST = { screen: '1', content: TEXT, who: 'anonymous' };
  const start = async (v: Visitor) => ({
    ...FIRST,
    key: hiddenOf((await v.get('/submit')).text).key!,
  });

  it('come along with the form, are shown, can be taken out, and end up with the order', async () => {
    const v = visitor();
    const form = await start(v);
    const files = await Promise.all(['一.jpg', '二.jpg', '三.jpg'].map((n) => photo(n)));
    const stays = await v.send('/submit/next', { ...form, go: 'photos' }, files.slice(0, 2));
    expect(stays.text).toContain('您遇到了什么事');
    expect(stays.text).toContain(TEXT);
    expect(photosOf(stays.text)).toHaveLength(2);
    const first = photosOf(stays.text)[0]!;
    const thumb = await v.get(`/submit/photos/${first}`);
    expect(thumb.headers.get('content-type')).toBe('image/jpeg');
    expect(thumb.headers.get('cache-control')).toBe('private, no-cache');
    const kept = formOf(stays.text);
    const typed = Object.entries({ content: TEXT, address: '' });
    const dropped = await v.send('/submit/next', [...kept, ...typed, ['drop', first]], []);
    expect(photosOf(dropped.text)).toEqual(photosOf(stays.text).slice(1));
    const two = await v.send('/submit/next', [...formOf(dropped.text), ...typed], [files[2]!]);
    expect(hiddenOf(two.text).screen).toBe('2');
    const three = await v.post('/submit/next', [...formOf(two.text), ['who', 'anonymous']]);
    expect(three.text.match(/<img src="\/submit\/photos\//g)).toHaveLength(2);
    const slip = await v.post('/submit/next', [...formOf(three.text), ['go', 'send']]);
    expect(slip.text).toContain('照片 2 张，都收到了');
    const view = await v.post('/track', pairOf(slip.text));
    const thumbs = [...view.text.matchAll(/<img src="([^"]+)"/g)].map((m) => m[1]!);
    expect(thumbs).toHaveLength(2);
    for (const url of thumbs) {
      expect((await v.get(url)).status).toBe(200);
      expect((await v.get(url.replace('/thumb', ''))).headers.get('content-type')).toBe(
        'image/jpeg',
      );
      expect((await visitor().get(url)).status).toBe(404);
    }
    const other = visitor();
    await follow(other, await s.register());
    expect((await other.get(thumbs[0]!)).status).toBe(404);
    expect((await v.get(`/submit/photos/${first}`)).status).toBe(404);
  });

  it('are sent one by one by the script, and answered with an id or a plain sentence', async () => {
    const v = visitor();
    const { key } = await start(v);
    const sent = await v.send('/submit/photos', { key }, [await photo('现场.jpg')]);
    const { id, thumb } = JSON.parse(sent.text) as { id: string; thumb: string };
    expect(thumb).toBe(`/submit/photos/${id}`);
    expect((await v.get(thumb)).status).toBe(200);
    const wrong = new File(['<svg onload="alert(1)"/>'], '图.svg', { type: 'image/jpeg' });
    const refused = await v.send('/submit/photos', { key }, [wrong]);
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('不是照片')]);
    expect((await v.send('/submit/photos', { key }, [])).status).toBe(422);
    const large = new File([new Uint8Array(13 * 1024 * 1024)], 'x.jpg');
    expect((await v.send('/submit/photos', { key }, [large])).status).toBe(413);
    expect((await visitor().get(thumb)).status).toBe(404);
    const stranger = visitor();
    stranger.cookies.set('form', crypto.randomUUID());
    expect((await stranger.get(thumb)).status).toBe(404);
    expect((await stranger.get('/submit/photos/x')).status).toBe(404);
  });

  it('that are none are named, escaped, and keep out neither the others nor the words', async () => {
    const v = visitor();
    const evil = new File(['no photo'], '"><script>alert(1)</script>.jpg');
    const page = await v.send('/submit/next', await start(v), [evil, await photo('好.jpg')]);
    expect(page.status).toBe(422);
    expect(page.text).toContain('href="#photos"');
    expect(page.text).toContain('不是照片');
    expect(page.text).not.toContain('<script>alert');
    expect(photosOf(page.text)).toHaveLength(1);
    expect(page.text).toContain(TEXT);
  });

  it(
    'are nine at most',
    async () => {
      const v = visitor();
      const files = await Promise.all(
        [...'零一二三四五六七八九'].map((n, i) => photo(`${n}.jpg`, 64 + i)),
      );
      const page = await v.send('/submit/next', await start(v), files);
      expect(page.status).toBe(422);
      expect(page.text).toContain('最多 9 张');
      expect(photosOf(page.text)).toHaveLength(9);
    },
    COLD_MS,
  );

  it('of somebody else cannot be taken, seen or handed in', async () => {
    const [mine, thief] = [visitor(), visitor()];
    const page = await mine.send('/submit/next', { ...(await start(mine)), go: 'photos' }, [
      await photo('我的.jpg'),
    ]);
    const [id] = photosOf(page.text);
    const form = whole({ content: '偷来的照片。', who: 'anonymous' });
    const shown = await thief.post('/submit/next', { ...form, go: '', photo: id! });
    expect(photosOf(shown.text)).toEqual([]);
    const sent = await thief.post('/submit/next', { ...form, photo: id! });
    expect(sent.status).toBe(422);
    expect(await ordersWith(form.content)).toEqual([]);
    expect((await mine.get(`/submit/photos/${id}`)).status).toBe(200);
  });

  it('go in once, although the form was sent three times', async () => {
    const v = visitor();
    const page = await v.send('/submit/next', { ...(await start(v)), go: 'photos' }, [
      await photo('一次.jpg'),
    ]);
    const content = '同一份，三次。';
    const key = hiddenOf(page.text).key!;
    const form = whole({ key, content, who: 'anonymous', photo: photosOf(page.text)[0]! });
    const slips = [];
    for (let i = 0; i < 3; i++) slips.push(await v.post('/submit/next', form));
    expect(new Set(slips.map((x) => pairOf(x.text).orderNo)).size).toBe(1);
    const [row] = await ordersWith(content);
    expect(await filesOf(row!.order_id)).toMatchObject([{ name: '一次.jpg', state: 'bound' }]);
  });

  it('refuses a form of more than 32 MB, and a torn one', async () => {
    const v = visitor();
    const big = new File([new Uint8Array(33 * 1024 * 1024)], 'x.jpg');
    const page = await v.send('/submit/next', await start(v), [big]);
    expect(page.status).toBe(413);
    // The words come back with the form; only the photo is gone, and nobody is told to write less.
    expect(page.text).toContain(TEXT);
    expect(page.text).toContain('照片太大了');
    expect(page.text).not.toContain('body_too_large');
    const torn = visitor({ 'content-type': 'multipart/form-data; boundary=x' });
    expect((await torn.post('/submit/next', whole())).status).toBe(415);
    expect((await v.send('/track', { orderNo: '1', code: '2' }, [])).status).toBe(415);
  });
});

describe('in an emergency', () => {
  const FIRE = '三楼着火了，火很大，楼上还有老人出不来，快来救人。';
  const before = (page: string, a: string, b: string) => {
    expect(page).toContain(a);
    expect(page.indexOf(a)).toBeLessThan(page.indexOf(b));
  };

  it('the telephone comes first, on each screen and on the slip, and nothing is lost', async () => {
    const v = visitor();
    const first = hiddenOf((await v.get('/submit')).text);
    const two = await v.post('/submit/next', { ...first, content: FIRE });
    before(two.text, '有危险，先打电话', '<h1>');
    before(two.text, 'href="tel:119"', '<h1>');
    expect(hiddenOf(two.text).content).toBe(FIRE);
    const three = await v.post('/submit/next', { ...hiddenOf(two.text), who: 'anonymous' });
    before(three.text, 'href="tel:119"', '<h1>');
    const slip = await v.post('/submit/next', { ...hiddenOf(three.text), go: 'send' });
    before(slip.text, 'href="tel:119"', '<h1>');
    before((await v.post('/track', pairOf(slip.text))).text, 'href="tel:119"', '<h1>');
    const [row] = await ordersWith(FIRE);
    expect(await stateOf(w, row!.order_id)).toBe('registered');
  });

  const GAS = '家里煤气味很重，一直在漏，人头晕，怎么办。';

  it('says what to do with this danger, in the language of the page', async () => {
    const zh = await visitor().post('/submit/next', { ...whole({ content: GAS, go: '' }) });
    before(zh.text, 'href="tel:119"', '先出屋，再打电话');
    const v = visitor({ 'accept-language': 'en-GB,en' });
    const en = await v.post('/submit/next', { ...whole({ content: GAS, go: '' }) });
    before(en.text, 'href="tel:119"', 'Leave first, then call.');
  });

  it('asks once more where it is before it is sent, unless that was said', async () => {
    const v = visitor();
    const form = whole({ content: GAS, address: '', go: '' });
    expect((await v.post('/submit/next', form)).text).toContain('出事的地方在哪里');
    const said = await v.post('/submit/next', { ...form, address: '银杏路 22 号' });
    expect(said.text).not.toContain('出事的地方在哪里');
    expect(hiddenOf(said.text).address).toBe('银杏路 22 号');
    const calm = await v.post('/submit/next', { ...form, content: '路灯不亮。' });
    expect(calm.text).not.toContain('出事的地方在哪里');
  });

  it('an ordinary matter is not called one', async () => {
    const two = await visitor().post('/submit/next', { screen: '1', content: TEXT });
    expect(two.text).not.toContain('tel:119');
  });

  it('what is added later is heard as well', async () => {
    const o = await s.dispatched();
    const v = visitor();
    await follow(v, o);
    const page = await v.post('/track/note', { text: FIRE });
    before(page.text, 'href="tel:119"', '<h1>');
    expect((await v.get('/track/view')).text).not.toContain('tel:119');
  });

  it('is no more said when somebody found that it is none', async () => {
    const o = await s.register({ content: FIRE });
    const v = visitor();
    expect((await follow(v, o)).text).toContain('tel:119');
    const calm = { add: [], remove: ['emergency'], reason: '已核实，是演习' };
    s.must(await s.act('operator', o.id, 'set_flags', calm));
    expect((await v.get('/track/view')).text).not.toContain('tel:119');
  });

  it('an order that was handed over tells where to', async () => {
    const o = await s.register({ content: FIRE });
    s.must(
      await s.act('operator', o.id, 'transfer_emergency', {
        target: '119',
        record: '三方通话已接通',
      }),
    );
    const { text } = await follow(visitor(), o);
    expect(text).toContain('已经转给 119');
    expect(text).toContain('转给 119 处理');
    expect(text).not.toContain('三方通话');
  });
});

describe('secrecy', () => {
  it('asked for in the words is kept, and said on the slip', async () => {
    const content = '我举报隔壁饭店倒油，请你们一定要替我保密，不要让他们知道是我说的。';
    const slip = await visitor().post('/submit/next', whole({ content }));
    expect(slip.text).toContain('替您保密');
    const plain = await visitor().post('/submit/next', whole({ content: '路灯不亮了。' }));
    expect(plain.text).not.toContain('替您保密');
  });
});

describe('what is asked of a citizen', () => {
  const QUESTION = '请问是哪一条路，门牌多少号？';
  async function asked() {
    const o = await s.register({ content: '路上有个大坑。' });
    const input = { missing: ['address', 'evidence'], question: QUESTION };
    s.must(await s.act('operator', o.id, 'ask_supplement', input));
    await w.settle();
    const v = visitor();
    return { o, v, page: await follow(v, o) };
  }
  const addressOf = async (id: string) =>
    (
      await w.db
        .selectFrom('order_text')
        .select('address')
        .where('order_id', '=', id)
        .executeTakeFirstOrThrow()
    ).address;

  it('stands first, with until when, and is answered with place, words and photos', async () => {
    const { o, v, page } = await asked();
    expect(page.text.indexOf(QUESTION)).toBeLessThan(page.text.indexOf('办到哪里了'));
    expect(page.text).toContain('还差：地址、照片或凭据');
    expect(page.text).toMatch(/请在 9月\d+日 \d\d:\d\d 前补充/);
    const form = await v.get('/track/note');
    expect(form.text).toContain(QUESTION);
    expect(form.text).toContain('name="address"');
    const answer = { ...hiddenOf(form.text), text: '坑有一米宽。', address: '银杏路 22 号' };
    const done = await v.send('/track/note', answer, [await photo('坑.jpg')]);
    expect(done.text).toContain('补充好了，我们接着办');
    expect(done.text).toContain('坑有一米宽');
    expect(done.text).toContain('<img src="/track/files/');
    expect(await stateOf(w, o.id)).not.toBe('awaiting_supplement');
    expect(await addressOf(o.id)).toBe('银杏路 22 号');
    expect(await filesOf(o.id)).toMatchObject([{ name: '坑.jpg', party: 'citizen' }]);
    const twice = await v.send('/track/note', answer, [await photo('坑.jpg')]);
    expect(twice.text).toContain('补充的情况存上了');
  });

  it('photos alone are an answer; nothing at all is none', async () => {
    const { o, v } = await asked();
    const form = hiddenOf((await v.get('/track/note')).text);
    expect((await v.post('/track/note', { ...form, text: ' ' })).status).toBe(422);
    const staged = await v.send('/track/note', { ...form, go: 'photos' }, [await photo('坑.jpg')]);
    const [id] = photosOf(staged.text);
    expect((await v.get(`/track/photos/${id}`)).headers.get('content-type')).toBe('image/jpeg');
    expect((await visitor().get(`/track/photos/${id}`)).status).toBe(404);
    const done = await v.post('/track/note', [...formOf(staged.text), ['text', '']]);
    expect(done.text).toContain('（补充了照片）');
    expect(await filesOf(o.id)).toHaveLength(1);
  });

  it('what came too late is kept as a note', async () => {
    const { o, v } = await asked();
    const form = hiddenOf((await v.get('/track/note')).text);
    const meanwhile = { text: '诉求人来电补充', address: '梧桐路' };
    s.must(await s.act('operator', o.id, 'supplement', meanwhile));
    const done = await v.post('/track/note', { ...form, text: '晚了一点', address: '银杏路' });
    expect(done.text).toContain('已经先往下办了');
    expect(done.text).toContain('晚了一点\n银杏路');
    expect(await addressOf(o.id)).toBe('梧桐路');
  });

  it('needs the pass, also for photos', async () => {
    const v = visitor();
    const refused = await v.send('/track/photos', {}, [await photo('x.jpg')]);
    expect(refused.status).toBe(401);
    await v.send('/track/note', { text: 'x' }, []);
    expect(v.been.at(-1)).toBe('/track');
  });
});

describe('the large edition', () => {
  it('stays through the whole way, by its cookie, without losing what was sent', async () => {
    const v = visitor();
    await v.get('/?size=large');
    const one = await v.get('/submit');
    const staged = await v.send(
      '/submit/next',
      { ...hiddenOf(one.text), content: TEXT, go: 'photos' },
      [await photo('大字.jpg')],
    );
    const huge = await v.send(
      '/submit/next',
      [...formOf(staged.text), ['content', TEXT], ['size', 'huge']],
      [],
    );
    expect(huge.text).toContain('class="elder huge"');
    expect(photosOf(huge.text)).toEqual(photosOf(staged.text));
    const two = await v.send('/submit/next', [...formOf(huge.text), ['content', TEXT]], []);
    expect(two.text).toContain('class="elder huge"');
    const three = await v.post('/submit/next', [...formOf(two.text), ['who', 'anonymous']]);
    const slip = await v.post('/submit/next', [...formOf(three.text), ['go', 'send']]);
    expect(slip.text).toContain('class="elder huge"');
    expect((await v.post('/track', pairOf(slip.text))).text).toContain('class="elder huge"');
  });

  it('asks on the order’s page whether it is solved, and takes the answer along', async () => {
    const o = await s.audited();
    const v = visitor();
    await v.get('/?size=large');
    const page = await follow(v, o);
    expect(page.text).toContain('name="solved" value="not_solved"');
    const rate = await v.post('/track/rate', { solved: 'not_solved' });
    expect(rate.text).toMatch(/value="not_solved" checked/);
    expect(rate.text.match(/ checked/g)).toHaveLength(1);
    expect((await v.get(`${v.been.at(-1)!.split('?')[0]}?solved=x`)).text).not.toMatch(/ checked/);
  });
});

describe('the script', () => {
  it('is one small file for ever, and only on pages with photos', async () => {
    const page = await visitor().get('/submit');
    const src = /<script src="([^"]+)"/.exec(page.text)![1]!;
    const file = await visitor().get(src);
    expect(file.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const all = Buffer.byteLength(page.text) + Buffer.byteLength(file.text);
    expect(all).toBeLessThanOrEqual(PAGE_BYTES_MAX);
    expect((await visitor().get('/script/0.js')).status).toBe(404);
    for (const path of ['/', '/track'])
      expect((await visitor().get(path)).text).not.toContain('<script');
  });
});

describe('the slip', () => {
  it('is shown to nobody else, and to nobody after a quarter of an hour', async () => {
    const v = visitor();
    await v.post('/submit/next', whole({ content: '只给我看。' }));
    expect((await v.get('/receipt')).text).toContain('<dl class="slip">');
    const stranger = visitor();
    await stranger.get('/receipt');
    expect(stranger.been.at(-1)).toBe('/track');
    const later = Date.now() + 16 * 60_000;
    vi.spyOn(Date, 'now').mockReturnValue(later);
    await v.get('/receipt');
    expect(v.been.at(-1)).toBe('/track');
  });

  it('is no key to the order itself, and a changed cookie is none to anything', async () => {
    const v = visitor();
    await v.post('/submit/next', whole({ content: '钥匙。' }));
    const pass = v.cookies.get('receipt')!;
    v.cookies.set('track', pass);
    expect((await v.get('/track/view')).text).not.toContain('钥匙。');
    const other = await s.register();
    v.cookies.set('receipt', pass.replace(/^[^.]+/, other.id));
    await v.get('/receipt');
    expect(v.been.at(-1)).toBe('/track');
  });
});

describe('following', () => {
  it('opens with a pasted number and a code in small letters', async () => {
    const o = await s.signed({ content: TEXT });
    const v = visitor();
    const orderNo = ` ${o.orderNo.slice(0, 8)}-${o.orderNo.slice(8)} `;
    const code = `${o.queryCode.slice(0, 3)} ${o.queryCode.slice(3)}`.toLowerCase();
    const { text, headers } = await v.post('/track', { orderNo, code });
    expect(text).toContain('市水务集团在办');
    expect(text).toContain(TEXT);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('same-origin');
  });

  it('reads full-width digits and letters, and says when digits are missing', async () => {
    const o = await s.signed({ content: TEXT });
    const wide = (text: string) =>
      text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));
    const v = visitor();
    const pair = { orderNo: wide(o.orderNo), code: wide(o.queryCode) };
    expect((await v.post('/track', pair)).text).toContain(TEXT);
    const short = await visitor().post('/track', { orderNo: '１２3', code: o.queryCode });
    expect([short.status, short.text]).toEqual([422, expect.stringContaining('14 位数字')]);
    expect(short.text).toContain('您填的有 3 位');
  });

  it('answers an unknown number like a wrong code', async () => {
    const o = await s.register();
    const tried = [
      await visitor().post('/track', { orderNo: o.orderNo, code: 'AAAAAA' }),
      await visitor().post('/track', { orderNo: '20260917002975', code: 'AAAAAA' }),
    ];
    const plain = tried.map((t) => t.text.replace(/nonce="[^"]+"|value="\d+"/g, ''));
    expect(tried.map((t) => t.status)).toEqual([401, 401]);
    expect(plain[0]).toBe(plain[1]);
  });

  it('says when too many codes were tried', async () => {
    const o = await s.register();
    const v = visitor();
    for (let i = 0; i < CODE_LIMIT.perOrder; i++) {
      await v.post('/track', { orderNo: o.orderNo, code: 'AAAAAA' });
    }
    const right = await follow(v, o);
    expect(right.status).toBe(429);
    expect(right.text).toContain('十分钟');
    await w.db.deleteFrom('throttle').execute();
  });

  it('asks again after half an hour, and after leaving', async () => {
    const o = await s.register();
    const v = visitor();
    await follow(v, o);
    const later = Date.now() + 31 * 60_000;
    vi.spyOn(Date, 'now').mockReturnValue(later);
    const door = await v.get('/track/view');
    expect(door.text).toContain('再输一次');
    vi.restoreAllMocks();
    await follow(v, o);
    await v.post('/track/leave');
    await v.get('/track/view');
    expect(v.been.at(-1)).toBe('/track');
  });

  it('tells no name of staff, nothing internal, no state by its name', async () => {
    const o = await s.audited({ content: TEXT, co: ['TOWN_QINGYU_1_ROOM'] });
    const { text } = await follow(visitor(), o);
    const shown = text.replace(/<style[\s\S]*<\/style>/, '');
    expect(shown).toContain(REPLY.publicVersion);
    expect(shown).not.toContain(REPLY.finding);
    expect(shown).not.toContain('已致电说明');
    for (const [, name] of STATES) expect(shown).not.toContain(name);
    const users = await w.db.selectFrom('app_user').select('display_name').execute();
    for (const u of users) expect(shown).not.toContain(u.display_name);
  });

  it('says until when an answer is due while one is awaited in time, and not afterwards', async () => {
    const PROMISE = /最迟 <b class="strong">([^<]+)<\/b> 答复您/;
    const promised = async (o: { orderNo: string; queryCode: string }) =>
      PROMISE.exec((await follow(visitor(), o)).text)?.[1] ?? null;
    // The road until a unit has it says nothing of an answer.
    expect(await promised(await s.accepted({ content: TEXT }))).toBeNull();
    const o = await s.drafted({ content: TEXT, urgency: 'U4', lead: 'ZHZF' });
    expect(await promised(o)).toMatch(/9月29日.*17:30/);
    const english = await follow(visitor({ 'accept-language': 'en' }), o);
    expect(english.text).toMatch(/You get an answer by <b class="strong">[^<.]*17:30/);
    const due = new Date('2026-09-29T09:30:00Z');
    await w.moveTo(new Date(due.getTime() + 60_000));
    try {
      expect(await promised(o)).toBeNull();
    } finally {
      await w.moveTo('2026-09-21T02:24:00Z');
    }
    expect(await promised(o)).not.toBeNull();
    const answer = { replyVersion: 1, waiverReason: '' };
    s.must(await s.onAssignment('zhzf.leader', o.lead, 'submit_reply', answer));
    expect(await promised(o)).toBeNull();
    const checklist = ['all_matters', 'finding'];
    s.must(await s.act('auditor', o.id, 'audit_pass', { checklist }));
    await w.settle();
    expect(await promised(o)).toBeNull();
  });

  it('tells nothing of supervision', async () => {
    const o = await s.signed({ content: TEXT });
    const words = '说明为何未办';
    const post = async (login: string, path: string, body: object) =>
      s.must(await (await w.as(login)).post(path, body)) as { createdId?: string };
    const { createdId: id } = await post('supervisor', `/api/orders/${o.id}/supervisions`, { level: 2, demand: words }); // prettier-ignore
    await post('water.leader', `/api/supervisions/${id}/reply`, { version: 1, text: words });
    await post('supervisor', `/api/supervisions/${id}/verdict`, { version: 2, verdict: 'sent_back', note: words }); // prettier-ignore
    const { text } = await follow(visitor(), o);
    expect(text).not.toContain(words);
    expect(text).not.toContain('督办');
    const actor = { kind: 'citizen', orderId: o.id, how: 'query_code' } as const;
    const acts = (await citizenOrder(w.db, actor, o.id)).steps.map((x) => x.act);
    expect(acts).toContain('sign');
    expect(acts.filter((a) => /supervis/.test(a))).toEqual([]);
  });

  it.each(['en', 'zh-CN'] as const)('has words for every state, end and act, in %s', async (l) => {
    const o = await s.signed({ content: TEXT });
    const actor = { kind: 'citizen', orderId: o.id, how: 'query_code' } as const;
    const order = await citizenOrder(w.db, actor, o.id);
    const say: Say = (key, values) => {
      expect(dictionaries[l]).toHaveProperty([key]);
      return translate(l, key, values);
    };
    const acts = [...Object.keys(ORDER_ACTS), ...Object.keys(ASSIGNMENT_ACTS)];
    const step = { id: o.id, at: order.registeredAt, unitName: null, texts: [] };
    const steps = acts.flatMap((act) =>
      ['citizen', 'operator'].map((party) => ({ ...step, act, party })),
    );
    const lines: string[] = [];
    for (const state of ORDER_STATES) {
      for (const closingType of state === 'closed' ? CLOSING_TYPES : [null]) {
        for (const leadName of [null, '市水务集团']) {
          const seen = { ...order, state, closingType, leadName, steps };
          const { title, sub } = headline(say, String, seen);
          lines.push(title, sub, ...story(say, seen).map((t) => t.title));
        }
      }
    }
    expect(lines.filter((line) => line === '' || /[{}]|undefined|citizen\./.test(line))).toEqual(
      [],
    );
  });

  it('stays below 40 kB with the longest texts; older steps are one link away', async () => {
    const long = '长'.repeat(2000);
    const o = await s.signed({ content: long });
    for (let i = 0; i < 4; i++) {
      const input = { text: `${i}${long.slice(1)}`, visibility: 'public' };
      s.must(await s.onAssignment('water.handler', o.lead, 'progress', input));
    }
    const v = visitor();
    let page = await follow(v, o);
    const seen: string[] = [];
    for (let i = 0; i < 10; i++) {
      seen.push(page.text);
      const next = /href="(\/track\/view\?from=\d+)"/.exec(page.text)?.[1];
      if (!next) break;
      page = await v.get(next);
    }
    expect(seen.length).toBeGreaterThan(2);
    for (const n of ['0', '1', '2', '3']) expect(seen.join('')).toContain(`${n}${long.slice(1)}`);
    expect(seen.join('')).toContain(long);
    await v.get('/track/view?from=9999');
    await v.get('/track/view?from=-1%3Cscript%3E');
  });
});

describe('what a citizen can do', () => {
  it('urges once a day and hears when that was', async () => {
    const o = await s.dispatched();
    const v = visitor();
    await follow(v, o);
    const first = await v.post('/track/urge');
    expect(first.text).toContain('催过了，办这件事的人会看到');
    // An urge is no step of the work, and who has not signed for it does not do it yet.
    expect(first.text).toMatch(/<li class=""><p>您催了一次/);
    expect(first.text).toMatch(/<li class="on"><p>转给市水务集团/);
    expect(first.text).not.toContain('市水务集团在办');
    expect(first.text).toContain('您催过 1 次，最近是 9月21日 10:24');
    expect(first.text).toMatch(/<button class="btn" disabled[^>]*>催一下/);
    expect(first.text).toContain('明天可以再催');
    expect((await v.post('/track/urge')).text).toContain('今天已经催过了');
    expect((await v.get('/track/view')).text).not.toContain('今天已经催过了');
    await w.moveTo('2026-09-22T02:24:00Z');
    try {
      const next = await follow(visitor(), o);
      expect(next.text).toMatch(/<button class="btn" aria-describedby="urge-hint">催一下/);
    } finally {
      await w.moveTo('2026-09-21T02:24:00Z');
    }
  });

  it('adds something once, although it was pressed twice', async () => {
    const o = await s.dispatched();
    const v = visitor();
    await follow(v, o);
    const form = { ...hiddenOf((await v.get('/track/note')).text), text: EVIL };
    await v.post('/track/note', form);
    const page = await v.post('/track/note', form);
    expect(page.text).toContain('补充的情况存上了');
    expect(page.text.split('&lt;img src=x').length).toBe(2);
    expect((await v.post('/track/note', { text: ' ' })).status).toBe(422);
    const long = await v.post('/track/note', { text: '长'.repeat(2001) });
    expect(long.status).toBe(422);
    expect(long.text).toContain('长'.repeat(2001));
  });

  it('cannot flood an order', async () => {
    const o = await s.dispatched();
    const v = visitor();
    await follow(v, o);
    let last = 200;
    for (let i = 0; i < 13; i++) last = (await v.post('/track/note', { text: `第${i}次` })).status;
    expect(last).toBe(429);
  });

  it('withdraws after a second thought; news in between is shown first', async () => {
    const o = await s.dispatched();
    const v = visitor();
    await follow(v, o);
    const thought = await v.get('/track/withdraw');
    expect(thought.text).toContain(`<b class="strong">${o.orderNo.slice(-4)}</b>`);
    const asked = hiddenOf(thought.text);
    s.must(await s.onAssignment('water', o.lead, 'sign'));
    const news = await v.post('/track/withdraw', { ...asked, wish: '不想办了' });
    expect(news.status).toBe(409);
    expect(news.text).toContain('不想办了');
    expect(await stateOf(w, o.id)).toBe('in_progress');
    const again = { ...hiddenOf(news.text), wish: '' };
    const over = await v.post('/track/withdraw', again);
    expect(over.text).toContain('撤回了，单位不再办');
    expect(over.text).toContain('<a href="/submit">重新提</a>');
    expect(over.text).not.toContain('href="/track/note"');
    expect(await stateOf(w, o.id)).toBe('closed');
    expect((await v.post('/track/withdraw', again)).text).toContain('撤回了，单位不再办');
    expect((await v.get('/track/withdraw')).text).not.toContain('<textarea');
  });

  it('nothing of it without having proved who one is', async () => {
    for (const path of ['/track/urge', '/track/note', '/track/withdraw', '/track/rate']) {
      const v = visitor();
      await v.post(path, { text: 'x', version: '1' });
      expect(v.been.at(-1)).toBe('/track');
    }
  });
});

describe('rating', () => {
  const RATING = { contacted: 'yes', solved: 'solved', satisfaction: '5' };
  const evaluations = (id: string) =>
    w.db.selectFrom('evaluation').selectAll().where('order_id', '=', id).execute();

  it('asks three questions, with nothing chosen; looking does not use up the link', async () => {
    const o = await s.audited();
    const path = `/rate/${await tokenFor(o.id)}`;
    const v = visitor();
    for (let i = 0; i < 3; i++) expect((await v.get(path)).status).toBe(200);
    expect((await v.get(path)).text).not.toMatch(/ checked/);
    expect((await v.post(path, { comment: '好', contacted: 'unsure' })).status).toBe(422);
    const done = await v.post(path, RATING);
    expect(v.been.at(-1)).toBe('/rate/thanks');
    expect(done.text).toContain('谢谢');
    expect(await evaluations(o.id)).toMatchObject([
      { party: 'citizen', contacted: true, solved: 'solved', satisfaction: 5 },
    ]);
    for (const second of [await v.get(path), await v.post(path, RATING)]) {
      expect(second.status).toBe(404);
      expect(second.text).toContain('用不了了');
    }
  });

  it('is sorry where somebody is dissatisfied although it is solved', async () => {
    const v = visitor();
    const path = `/rate/${await tokenFor((await s.audited()).id)}`;
    const done = await v.post(path, { ...RATING, satisfaction: '1' });
    expect(done.text).toContain('对不起');
    expect(done.text).not.toContain('谢谢');
  });

  it('leads there from the order, and says what follows when it is not solved', async () => {
    const o = await s.audited();
    const v = visitor();
    const page = await follow(v, o);
    expect(page.text).toContain('action="/track/rate"');
    const form = await v.post('/track/rate');
    const path = v.been.at(-1)!;
    expect(path).toMatch(/^\/rate\/[\w-]{43}$/);
    expect(form.headers.get('cache-control')).toBe('no-store');
    const done = await v.post(path, [
      ['solved', 'not_solved'],
      ['reasons', 'too_slow'],
      ['reasons', 'attitude'],
      ['comment', EVIL],
    ]);
    expect(done.text).toContain('要不要让单位重新办');
    expect(await evaluations(o.id)).toMatchObject([
      {
        contacted: null,
        satisfaction: null,
        reasons: ['too_slow', 'attitude'],
        proposes_redo: true,
      },
    ]);
    expect((await v.get('/track/view')).text).toContain('您的意见收到了');
  });

  it('a link of an earlier round is over before anything is typed', async () => {
    const o = await s.audited();
    const path = `/rate/${await tokenFor(o.id)}`;
    expect((await visitor().get(path)).status).toBe(200);
    await w.db.updateTable('work_order').set({ round: 2 }).where('id', '=', o.id).execute();
    expect((await visitor().get(path)).status).toBe(404);
  });

  it('keeps what was ticked and written when something is wrong', async () => {
    const o = await s.audited();
    const path = `/rate/${await tokenFor(o.id)}`;
    const comment = `${EVIL}${'长'.repeat(500)}`;
    const page = await visitor().post(path, { ...RATING, reasons: 'policy', comment });
    expect(page.status).toBe(422);
    expect(page.text.match(/ checked/g)).toHaveLength(4);
    expect(page.text).toContain('长'.repeat(500));
    const sized = await visitor().post(path, { ...RATING, size: 'large' });
    expect(sized.text.match(/ checked/g)).toHaveLength(3);
    expect(await evaluations(o.id)).toEqual([]);
  });

  it.each([
    ['nonsense', { satisfaction: '6' }],
    ['nonsense', { satisfaction: '1.5' }],
    ['nonsense', { solved: 'perhaps' }],
    ['nonsense', { satisfaction: '5', reasons: 'x' }],
  ])('%s is refused: %o', async (_, form) => {
    const o = await s.audited();
    const page = await visitor().post(`/rate/${await tokenFor(o.id)}`, form);
    expect(page.status).toBe(422);
  });

  it('two at once: one counts', async () => {
    const o = await s.audited();
    const path = `/rate/${await tokenFor(o.id)}`;
    const both = await Promise.all(
      [1, 5].map((n) => visitor().post(path, { satisfaction: `${n}` })),
    );
    expect(both.map((p) => p.status).sort()).toEqual([200, 404]);
    expect(await evaluations(o.id)).toHaveLength(1);
  });

  it.each(['x', 'A'.repeat(43), '..%2f..', "' or 1=1", 'A'.repeat(5000)])(
    'an unknown link has a page of its own: %s',
    async (token) => {
      const page = await visitor().get(`/rate/${encodeURIComponent(token)}`);
      expect(page.status).toBe(404);
      expect(page.text).toContain('/track');
    },
  );
});

describe('errors', () => {
  it('are plain pages with code, trace id and a way back, in both languages', async () => {
    const zh = await visitor().get('/nowhere');
    const en = await visitor({ 'accept-language': 'en' }).get('/nowhere');
    expect([zh.status, en.status]).toEqual([404, 404]);
    for (const page of [zh, en]) {
      expect(page.text).toContain('not_found');
      expect(page.text).toContain(page.headers.get('x-trace-id')!);
      expect(page.text).toContain('href="/"');
    }
    expect(zh.text).toContain('没有这一页');
    expect(en.text).toContain('no such page');
  });
});

it('the view of the order is the citizen’s own', async () => {
  const [mine, other] = [await s.register(), await s.register()];
  const actor = { kind: 'citizen', orderId: mine.id, how: 'query_code' } as const;
  await expect(citizenOrder(w.db, actor, other.id)).rejects.toMatchObject({ code: 'not_found' });
});

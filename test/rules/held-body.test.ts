/** Forms with photos as they come in: slowly, without end, too many at once. */
import { expect, it } from 'vitest';
import { wordsOfForm } from '../../web/citizen/form-words.ts';
import { oneOfSource, withBody } from '../../web/citizen/held-body.ts';

const QUICK = { beginMs: 500, bytesPerMs: 0.1, longestMs: 1500 };
const MB = 1024 * 1024;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A body in pieces, with a pause before each; without `ends` it stays open. */
const body = (pieces: Uint8Array[], ms = 0, ends = true) =>
  new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = pieces.shift();
      if (ms > 0) await pause(ms);
      if (piece) controller.enqueue(piece);
      else if (ends) controller.close();
      else await new Promise(() => {});
    },
  });
const bytes = (n: number) => new Uint8Array(n).fill(7);
const lengthOf = (read: Uint8Array) => Promise.resolve(read.length);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code: string }) => error.code,
  );

it('reads what comes, as it came', async () => {
  const whole = await withBody(body([bytes(3), Uint8Array.of(1, 2)]), 10, async (b) => [...b]);
  expect(whole).toEqual([7, 7, 7, 1, 2]);
});

it('waits for a slow form as long as it keeps coming, and not for one that stops', async () => {
  const comes = body(
    Array.from({ length: 6 }, () => bytes(100)),
    25,
  );
  expect(await withBody(comes, 1000, lengthOf, { pace: QUICK })).toBe(600);
  const stops = body([bytes(10)], 0, false);
  expect(await codeOf(withBody(stops, 1000, lengthOf, { pace: QUICK }))).toBe('busy');
  // However well it comes: it must come to an end.
  const endless = body(
    Array.from({ length: 100 }, () => bytes(1000)),
    25,
  );
  expect(await codeOf(withBody(endless, MB, lengthOf, { pace: QUICK }))).toBe('busy');
});

it('refuses more than it may bring', async () =>
  expect(await codeOf(withBody(body([bytes(6), bytes(6)]), 10, lengthOf))).toBe('body_too_large'));

it('keeps the beginning of what is larger, where that is wanted', async () => {
  const pieces = () => [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6), Uint8Array.of(7, 8)];
  const beyond = { head: 5, max: 8 };
  const seen = (b: Uint8Array, isWhole: boolean) => Promise.resolve([isWhole, ...b]);
  const cut = [false, 1, 2, 3, 4, 5];
  expect(await withBody(body(pieces()), 4, seen, { beyond })).toEqual(cut);
  const whole = [true, 1, 2, 3, 4, 5, 6, 7, 8];
  expect(await withBody(body(pieces()), 8, seen, { beyond })).toEqual(whole);
  const less = withBody(body(pieces()), 4, seen, { beyond: { head: 5, max: 7 } });
  expect(await codeOf(less)).toBe('body_too_large');
});

it('tells the words of a broken form, up to its first file, also words that look like one', async () => {
  const form = new FormData();
  form.append('content', '路灯不亮\r\nContent-Disposition: form-data; filename="x"');
  form.append('key', 'k');
  form.append('photos', new File([bytes(2000)], '一.jpg'));
  form.append('late', 'lost');
  const made = new Request('http://x/', { method: 'POST', body: form });
  const type = made.headers.get('content-type')!;
  const whole = new Uint8Array(await made.arrayBuffer());
  const fieldsOf = async (part: Uint8Array) => {
    const headers = { 'content-type': type };
    const body = wordsOfForm(part, type);
    return Object.fromEntries(
      await new Request('http://x/', { method: 'POST', body, headers }).formData(),
    );
  };
  const words = { content: form.get('content'), key: 'k' };
  expect(await fieldsOf(whole)).toEqual(words);
  expect(await fieldsOf(whole.slice(0, 1000))).toEqual(words);
});

it('holds so much of all forms together, and lets go of it', async () => {
  const part = bytes(16 * MB);
  const hold = (n: number) =>
    withBody(
      body(
        Array.from({ length: n }, () => part),
        0,
        false,
      ),
      200 * MB,
      lengthOf,
      { pace: { beginMs: 400, bytesPerMs: 1e9, longestMs: 400 } },
    );
  const [most, more] = [
    codeOf(hold(12)),
    pause(150).then(() => codeOf(withBody(body([bytes(1)]), 10, lengthOf))),
  ];
  expect(await more).toBe('busy');
  expect(await most).toBe('busy');
  expect(await withBody(body([bytes(1)]), 10, lengthOf)).toBe(1);
});

it('lets two of a source in, some wait, the next are refused; another source is not concerned', async () => {
  const open: (() => void)[] = [];
  const stuck = () => new Promise<void>((resolve) => open.push(resolve));
  const first = Array.from({ length: 14 }, () => codeOf(oneOfSource('a', stuck)));
  expect(open).toHaveLength(2);
  expect(await codeOf(oneOfSource('a', async () => 1))).toBe('busy');
  expect(await oneOfSource('b', async () => 1)).toBe(1);
  for (let i = 0; i < 14; i++) {
    await pause(0);
    open.shift()!();
  }
  expect(new Set(await Promise.all(first))).toEqual(new Set(['done']));
  expect(await oneOfSource('a', async () => 1)).toBe(1);
});

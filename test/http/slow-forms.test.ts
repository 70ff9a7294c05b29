/** Who sends forms with photos and never finishes keeps no citizen from raising a demand. */
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PUBLIC_URL, createWorld } from '../world.ts';
import type { World } from '../world.ts';

let w: World;
const open: ReadableStreamDefaultController<Uint8Array>[] = [];
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
}, 60_000);
afterAll(async () => {
  for (const body of open) body.close();
  await w.close();
});

const BOUNDARY = 'xyz';
const headers = {
  host: 'localhost:12345',
  origin: PUBLIC_URL,
  'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
};
const fields = (values: Record<string, string>) =>
  Object.entries(values)
    .map(([k, v]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${k}"\r\n\r\n${v}\r\n`)
    .join('') + `--${BOUNDARY}--\r\n`;
const post = (body: BodyInit, more: Record<string, string> = {}) =>
  Promise.resolve(
    w.app.request('/submit/next', {
      method: 'POST',
      headers: { ...headers, ...more },
      body,
      duplex: 'half',
    } as RequestInit),
  );
/** A form that begins and does not go on. */
const stuck = () => {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      open.push(controller);
      controller.enqueue(new TextEncoder().encode(`--${BOUNDARY}\r\n`));
    },
  });
  return post(body);
};

it('a form without photos goes through while many hang', async () => {
  const hanging = Array.from({ length: 14 }, stuck);
  const form = fields({ screen: '1', go: 'on', key: crypto.randomUUID(), content: '路灯不亮' });
  const answer = await post(form, { 'content-length': String(Buffer.byteLength(form)) });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('路灯不亮');
  // As many as may wait do; one more is told so at once.
  expect((await stuck()).status).toBe(503);
  for (const body of open.splice(0)) body.close();
  const ended = await Promise.all(hanging);
  expect(new Set(ended.map((r) => r.status))).toEqual(new Set([415]));
});

it('a large form over a real connection arrives whole', async () => {
  const server = serve({ fetch: w.app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise<void>((ready) => server.once('listening', ready));
  const { port } = server.address() as AddressInfo;
  const form = fields({ screen: '1', go: 'on', key: crypto.randomUUID(), content: '井盖松动' });
  // A file that is no photo, larger than any form of words: it is read, and refused by name.
  const file = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n${'x'.repeat(300_000)}\r\n`;
  const { status, text } = await new Promise<{ status: number; text: string }>((done, broke) => {
    const out = request({ port, host: '127.0.0.1', path: '/submit/next', method: 'POST', headers });
    out.once('error', broke);
    out.once('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.once('end', () => done({ status: answer.statusCode!, text }));
    });
    out.end(file + form);
  });
  await new Promise((closed) => server.close(closed));
  expect(status).toBe(422);
  expect(text).toContain('井盖松动');
  expect(text).toContain('a.jpg');
});

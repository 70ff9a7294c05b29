/**
 * The platform's side of the CTI contract, small enough to misbehave on purpose: what the switch does
 * with failures is tested against it, without a house.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { HEADERS, inWindow, signatureOf } from '../../src/door/index.ts';

export interface Told {
  id: string;
  type: string;
  callId: string;
  body: Record<string, any>;
}

export interface FakeCti {
  port: number;
  /** Events taken, in order; a repeated id with the same body is one. */
  told: Told[];
  /** Questions asked. */
  asked: { callId: string; tried?: { target: string; result: string }; from: string }[];
  /** Requests whose signature or header was wrong. */
  bad: string[];
  /** Status to refuse with, or null to serve. */
  refuseWith: number | null;
  refused: number;
  close(): Promise<void>;
}

export type Ask = (question: any) => Record<string, unknown>;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  return body;
};

export async function startFakeCti(secret: string, ask: Ask, port = 0): Promise<FakeCti> {
  const bodies = new Map<string, string>();
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    const header = (name: keyof typeof HEADERS) => String(request.headers[HEADERS[name]] ?? '');
    const say = (status: number, answer: unknown) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer));
    if (fake.refuseWith) {
      fake.refused++;
      return say(fake.refuseWith, {});
    }
    const id = header('id');
    const right = signatureOf(secret, header('timestamp'), id, body);
    if (header('signature') !== right || !inWindow(header('timestamp'), new Date()) || !id) {
      fake.bad.push(`${request.url} ${JSON.stringify(request.headers)} ${body}`);
      return say(401, {});
    }
    const said = JSON.parse(body);
    if (request.url === '/cti/v1/route') {
      fake.asked.push(said);
      return say(200, ask(said));
    }
    if (bodies.has(id) && bodies.get(id) !== body) {
      fake.bad.push(`another body for ${id}: ${bodies.get(id)} / ${body}`);
      return say(409, {});
    }
    if (!bodies.has(id)) fake.told.push({ id, type: said.type, callId: said.callId, body: said });
    bodies.set(id, body);
    return say(200, { id, state: 'done' });
  };
  const server: Server = createServer((q, a) => void serve(q, a));
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const fake: FakeCti = {
    port: (server.address() as { port: number }).port,
    told: [],
    asked: [],
    bad: [],
    refuseWith: null,
    refused: 0,
    close: () =>
      new Promise<void>((done) => (server.close(() => done()), server.closeAllConnections())),
  };
  return fake;
}

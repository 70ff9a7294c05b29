/** Requests as a console sends them, with as little of this process as can be: it shares the machine. */
import { Agent, request } from 'node:http';
import type { Browser } from '../processes.ts';

export interface Sent<T = any> {
  status: number;
  body: T;
}
export type Send = <T = any>(
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
  key?: string,
) => Promise<Sent<T>>;

/** Somebody signed in, over connections that stay open. */
export function sender(base: string, who: Browser, agent: Agent): Send {
  const cookie = [...who.cookies].map((c) => c.join('=')).join('; ');
  const { hostname, port } = new URL(base);
  return (method, path, body, key) =>
    new Promise((done, fail) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const headers = {
        cookie,
        origin: base,
        'sec-fetch-site': 'same-origin',
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
        ...(key && { 'idempotency-key': key }),
      };
      const r = request({ hostname, port, path, method, headers, agent }, (answer) => {
        let said = '';
        answer.setEncoding('utf8').on('data', (d: string) => (said += d));
        answer.on('end', () =>
          done({ status: answer.statusCode ?? 0, body: said ? JSON.parse(said) : null }),
        );
        answer.on('error', fail);
      });
      r.on('error', fail);
      r.end(text);
    });
}

export const agentOf = (clients: number): Agent => new Agent({ keepAlive: true, maxSockets: clients }); // prettier-ignore

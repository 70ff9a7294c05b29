/** What a pop costs at least on this machine at this moment. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { HEADERS, signatureOf, signedHeaders } from '../../src/door/index.ts';
import { until } from '../until.ts';
import { DOOR_SECRET, SOURCE, now } from './pop-desks.ts';

const ROUNDS = 200;

/** A signed POST, one commit with NOTIFY, a socket, one row read: nothing else. Milliseconds of each. */
export async function bare(owner: pg.Pool, url: string): Promise<number[]> {
  await owner.query('create table if not exists bench_pop (id uuid primary key)');
  const listener = new pg.Client({ connectionString: url });
  await listener.connect();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (d: Buffer) => (body += d.toString()));
    request.on('end', () => void served(request.url!, request.headers, body).then((a) => response.end(a))); // prettier-ignore
  });
  const head = (headers: NodeJS.Dict<string | string[]>, name: string) => String(headers[name]);
  const served = async (path: string, headers: NodeJS.Dict<string | string[]>, body: string) => {
    if (path !== '/') {
      const { rows } = await owner.query('select * from bench_pop where id = $1', [path.slice(1)]);
      return JSON.stringify(rows);
    }
    const stamp = head(headers, HEADERS.timestamp);
    const good = signatureOf(DOOR_SECRET, stamp, head(headers, HEADERS.id), body);
    if (good !== head(headers, HEADERS.signature)) throw new Error('signature');
    await owner.query(`with made as (insert into bench_pop values ($1) returning id)
      select pg_notify('bench_pop', id::text) from made`, [JSON.parse(body).id]); // prettier-ignore
    return '{}';
  };
  const sockets = new Server(server, { serveClient: false });
  listener.on('notification', (n) => sockets.emit('nudge', n.payload));
  await listener.query('listen bench_pop');
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const socket = io(base, { transports: ['websocket'], forceNew: true });
  await until('bare socket', () => socket.connected);
  const took: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const body = JSON.stringify({ id: randomUUID() });
    const from = now();
    const read = new Promise<void>((done) => {
      socket.once('nudge', (id: string) => void fetch(`${base}/${id}`).then((a) => a.json()).then(() => done())); // prettier-ignore
    });
    const headers = signedHeaders(DOOR_SECRET, { source: SOURCE, id: `b${i}`, body, at: new Date() }); // prettier-ignore
    await fetch(base, { method: 'POST', headers, body });
    await read;
    took.push(now() - from);
  }
  socket.disconnect();
  await sockets.close();
  await listener.end();
  return took;
}

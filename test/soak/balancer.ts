/**
 * What stands in front of several api processes, as a load balancer does: asks each whether it is
 * ready, and hands every request to one that is, in turn. It tries nothing again for anybody.
 */
import { createServer, request as ask } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { freePort } from '../processes.ts';

/** How often each process is asked, and how long it may think, in milliseconds. */
const ASK_MS = 200;
const ANSWER_MS = 1_000;

export interface Balancer {
  url: string;
  /** Those that said at the last look that they are ready. */
  ready(): string[];
  close(): Promise<void>;
}

/** @param targets where the processes listen; one that is not there yet is simply not ready. */
export async function startBalancer(targets: readonly string[]): Promise<Balancer> {
  const known = new Set<string>();
  let turn = 0;
  let closed = false;
  const ready = () => targets.filter((t) => known.has(t));
  const pick = (): URL | null => {
    const list = ready();
    return list.length > 0 ? new URL(list[turn++ % list.length]!) : null;
  };
  // Each by itself: one that is silent holds up no news of another.
  const watch = async (target: string) => {
    while (!closed) {
      const answer = await fetch(`${target}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) })
        .then(async (r) => (await r.arrayBuffer(), r.ok))
        .catch(() => false);
      if (answer) known.add(target);
      else known.delete(target);
      await new Promise((next) => setTimeout(next, ASK_MS));
    }
  };
  const watching = Promise.all(targets.map(watch));
  const server = createServer((from, to) => handOver(from, to, pick()));
  // Whoever asks here keeps the connection as long as they like.
  server.keepAliveTimeout = 0;
  const open = new Set<Socket>();
  server.on('upgrade', (from, socket: Socket, head) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    tunnel(from, socket, head, pick());
  });
  const port = await freePort();
  await new Promise<void>((done) => server.listen(port, 'localhost', done));
  return {
    url: `http://localhost:${port}`,
    ready,
    async close() {
      closed = true;
      await watching;
      for (const socket of open) socket.destroy();
      const ended = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await ended;
    },
  };
}

const BAD_GATEWAY = 502;

function handOver(from: IncomingMessage, to: ServerResponse, target: URL | null): void {
  if (!target) return void to.writeHead(BAD_GATEWAY).end('nobody is ready');
  const { method, url, headers } = from;
  const { hostname, port } = target;
  const upstream = ask(
    {
      hostname,
      port,
      method,
      path: url,
      headers: { ...headers, connection: 'close' },
      agent: false,
    },
    (answer) => {
      const { connection: _, 'keep-alive': __, ...rest } = answer.headers;
      to.writeHead(answer.statusCode!, rest);
      answer.pipe(to).on('error', () => {});
    },
  );
  upstream.on('error', (error) => {
    if (to.headersSent) return void to.destroy();
    to.writeHead(BAD_GATEWAY).end(String(error));
  });
  from.pipe(upstream);
}

/** Sockets of people at screens: from the first request on bytes go both ways. */
function tunnel(from: IncomingMessage, socket: Socket, head: Buffer, target: URL | null): void {
  socket.on('error', () => {});
  if (!target) return void socket.destroy();
  const to = connect(Number(target.port), target.hostname);
  to.on('error', () => socket.destroy());
  to.on('close', () => socket.destroySoon());
  socket.on('close', () => to.destroy());
  const lines = from.rawHeaders.flatMap((name, i, all) => (i % 2 ? [] : `${name}: ${all[i + 1]}`));
  to.write(`${from.method} ${from.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  if (head.length > 0) to.write(head);
  socket.pipe(to).pipe(socket);
}

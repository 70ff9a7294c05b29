/**
 * What stands in front of several api processes: takes connections and hands each to one that says it
 * is ready, in turn. It looks at nothing inside a connection and tries nothing again for anybody.
 */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { freePort } from '../processes.ts';

/** How often each process is asked, as a load balancer does, in milliseconds. */
const ASK_MS = 200;

export interface Balancer {
  url: string;
  /** Those that said at the last look that they are ready. */
  ready(): string[];
  close(): Promise<void>;
}

/** @param targets where the processes listen; one that is not there yet is simply not ready. */
export async function startBalancer(targets: readonly string[]): Promise<Balancer> {
  let ready: string[] = [];
  let turn = 0;
  let closed = false;
  const asks = async (url: string) =>
    (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(() => null))?.ok;
  const look = async () => {
    while (!closed) {
      const found = await Promise.all(targets.map(async (t) => ((await asks(t)) ? t : null)));
      ready = found.filter((t) => t !== null);
      await new Promise((next) => setTimeout(next, ASK_MS));
    }
  };
  const looking = look();
  const open = new Set<Socket>();
  const server = createServer((from) => {
    const target = ready[turn++ % Math.max(1, ready.length)];
    open.add(from);
    from.on('close', () => open.delete(from)).on('error', () => {});
    if (!target) return void from.destroy();
    const { port } = new URL(target);
    const to = connect(Number(port), 'localhost');
    to.on('error', () => from.destroy());
    from.on('close', () => to.destroy());
    to.on('close', () => from.destroySoon());
    from.pipe(to).pipe(from);
  });
  const port = await freePort();
  await new Promise<void>((done) => server.listen(port, 'localhost', done));
  return {
    url: `http://localhost:${port}`,
    ready: () => ready,
    async close() {
      closed = true;
      await looking;
      for (const socket of open) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

/** A wire to PostgreSQL that can be slow, or swallow what it carries and tell nobody. */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

export interface Wire {
  /** The address with this wire in front. */
  through(url: string): string;
  /** Every piece of data comes so much later, in each direction, in milliseconds. */
  slow(ms: number): void;
  /** Connections that stand, and new ones, swallow everything and stay open. */
  swallow(): void;
  /** New connections work again; those that swallow go on doing so. */
  heal(): void;
  /** Connections that carry. */
  carrying(): number;
  close(): Promise<void>;
}

/** @param url where the wire leads to. */
export async function startWire(url: string): Promise<Wire> {
  const target = new URL(url);
  let delayMs = 0;
  let swallowing = false;
  const dead = new WeakSet<Socket>();
  const sockets = new Set<Socket>();
  const carry = (from: Socket, to: Socket, near: Socket) => {
    // In the order in which it came, whatever the delay was then.
    let before = Promise.resolve();
    const later = (work: () => void) => {
      const wait = delayMs;
      const due = wait > 0 ? new Promise<void>((done) => setTimeout(done, wait)) : undefined;
      before = before.then(() => due).then(() => void (!dead.has(near) && work()));
    };
    from.on('data', (data) => later(() => void (!to.destroyed && to.write(data))));
    from.on('close', () => later(() => to.destroy()));
    from.on('error', () => {});
  };
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const s of [near, far]) {
      sockets.add(s.setNoDelay(true));
      s.on('close', () => sockets.delete(s));
    }
    if (swallowing) dead.add(near);
    carry(near, far, near);
    carry(far, near, near);
    near.on('close', () => (dead.has(near) ? far.destroy() : undefined));
    near.on('swallow', () => dead.add(near));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  return {
    through(address) {
      const u = new URL(address);
      u.host = `127.0.0.1:${port}`;
      return u.toString();
    },
    slow: (ms) => void (delayMs = ms),
    swallow() {
      swallowing = true;
      for (const s of sockets) s.emit('swallow');
    },
    heal() {
      swallowing = false;
      delayMs = 0;
    },
    carrying: () => sockets.size / 2,
    close: () =>
      new Promise<void>((done) => {
        for (const s of sockets) s.destroy();
        server.close(() => done());
      }),
  };
}

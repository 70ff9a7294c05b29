/**
 * Where those who run the platform ask a process how it is: /healthz, /readyz and /metrics, on a port
 * of its own that the world does not see.
 */
import { createServer } from 'node:http';
import { complaints } from './condition.ts';
import type { Condition } from './condition.ts';
import type { Metrics } from './metrics.ts';

export interface StatusOptions {
  host: string;
  port: number;
  metrics: Metrics;
  condition: Condition;
}

/** Serves until closed. @throws when the port is taken. */
export async function serveStatus(o: StatusOptions): Promise<{ close(): Promise<void> }> {
  const { registry } = o.metrics;
  const answers: Record<string, () => Promise<[status: number, type: string, body: string]>> = {
    '/healthz': async () => [200, 'application/json', '{"ok":true}'],
    '/readyz': async () => {
      const reasons = complaints(o.condition);
      const ok = reasons.length === 0;
      return [ok ? 200 : 503, 'application/json', JSON.stringify({ ok, reasons })];
    },
    '/metrics': async () => [200, registry.contentType, await registry.metrics()],
  };
  const server = createServer((request, response) => {
    const answer = answers[(request.url ?? '').split('?')[0]!];
    if (!answer || request.method !== 'GET') return void response.writeHead(404).end();
    answer().then(
      ([status, type, body]) => response.writeHead(status, { 'Content-Type': type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(o.port, o.host, done);
  });
  return {
    close: () =>
      new Promise<void>((done) => (server.close(() => done()), server.closeAllConnections())),
  };
}

/** What this process counts of itself, for Prometheus. Labels are codes of closed lists: never a person, an order, an address. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { LoadClass } from './rules.ts';

/** Seconds that a person notices, up to those at which a statement is given up. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];
const LATENESS = [0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 600, 3_600];
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A figure that is looked up when somebody asks: its name, what it says, its labels. */
export interface Asked {
  name: string;
  help: string;
  label?: string;
  /** The values, each with its label; what cannot be had now is left out. */
  look: () => Promise<[label: string, value: number][]> | [label: string, value: number][];
}

export interface Metrics {
  registry: Registry;
  request(method: string, route: string, status: number, seconds: number): void;
  /** A transaction that told this event, from its opening to its commit. */
  act(event: string, seconds: number): void;
  /** A step of a clock fired so many seconds after its instant. */
  fired(lateSeconds: number): void;
  duty(consumer: string, outcome: 'done' | 'gone' | 'failed', seconds: number): void;
  putOff(loadClass: LoadClass): void;
  /** Adds a figure that is looked up when it is asked for. */
  ask(figure: Asked): void;
}

/** @param process measures the process itself too: memory, event loop, garbage collection. */
export function createMetrics(process = false): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (process) collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'hotline_http_request_seconds',
    help: 'Requests by route pattern, method and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  });
  const acts = new Histogram({
    name: 'hotline_act_seconds',
    help: 'Acts on orders, from the opening of the transaction to its commit.',
    labelNames: ['act'],
    buckets: SECONDS,
    registers,
  });
  const lateness = new Histogram({
    name: 'hotline_timer_lateness_seconds',
    help: 'How long after its instant a step of a clock fired.',
    buckets: LATENESS,
    registers,
  });
  const duties = new Histogram({
    name: 'hotline_duty_seconds',
    help: 'Duties of the outbox that were served here.',
    labelNames: ['consumer', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  const putOff = new Counter({
    name: 'hotline_shed_total',
    help: 'Requests that were put off under load, by class.',
    labelNames: ['class'],
    registers,
  });
  return {
    registry,
    request: (method, route, status, seconds) =>
      requests.observe(
        { method: METHODS.has(method) ? method : 'other', route, status: String(status) },
        seconds,
      ),
    act: (act, seconds) => acts.observe({ act }, seconds),
    fired: (late) => lateness.observe(Math.max(0, late)),
    duty: (consumer, outcome, seconds) => duties.observe({ consumer, outcome }, seconds),
    putOff: (loadClass) => putOff.inc({ class: loadClass }),
    ask: (figure) => ask(registry, figure),
  };
}

/** Whoever asks for figures waits no longer for one of them, in milliseconds. */
const LOOK_MS = 3_000;

/** @throws when it took too long: a database that is silent must not keep back what this process knows. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), LOOK_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Asks one at a time: whoever comes meanwhile hears the same answer, and figures of one look agree. */
export function sharing<T>(look: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= look().finally(() => (asked = undefined)));
}

function ask(registry: Registry, { name, help, label, look }: Asked): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    labelNames: label ? [label] : [],
    registers: [registry],
    async collect() {
      gauge.reset();
      // What cannot be looked up must not hide the rest.
      const found = await inTime(Promise.resolve().then(look)).catch(() => []);
      for (const [value, figure] of found) gauge.set(label ? { [label]: value } : {}, figure);
    },
  });
}

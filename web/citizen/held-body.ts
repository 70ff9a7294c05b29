/** Reads forms that bring photos into memory, so that slow or greedy senders keep nobody else out. */
import { fail } from '../../src/kernel/errors.ts';
import { places } from '../../src/platform/limit.ts';

/** How long a form may take: a beginning, then as long as it keeps coming at this pace. */
export interface Pace {
  beginMs: number;
  bytesPerMs: number;
  longestMs: number;
}
const PACE: Pace = { beginMs: 20_000, bytesPerMs: 64, longestMs: 120_000 };

/** Bytes of all forms that are being read or handled: six of the largest. */
const HELD_MAX = 192 * 1024 * 1024;
let held = 0;

/** The value, unless it takes longer. @throws AppError `busy`. */
async function within<T>(ms: number, value: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), Math.max(ms, 0));
  });
  // Nobody waits any more for what comes, or breaks, after that.
  value.catch(() => {});
  const first = await Promise.race([value, late]).finally(() => clearTimeout(timer));
  return first === 'late' ? fail('busy', {}, 'the form came too slowly') : first;
}

/** A body beyond its limit is read to its end, up to `max`, but only its beginning is kept. */
export interface Beyond {
  head: number;
  max: number;
}

/**
 * Reads a body and works with it; it counts as held until the work is done.
 * @throws AppError `body_too_large`; `busy`: it came too slowly, or others fill the memory.
 */
export async function withBody<T>(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  work: (bytes: Uint8Array<ArrayBuffer>, isWhole: boolean) => Promise<T>,
  { pace = PACE, beyond }: { pace?: Pace; beyond?: Beyond } = {},
): Promise<T> {
  let size = 0;
  let total = 0;
  try {
    let chunks: Uint8Array[] = [];
    const reader = body.getReader();
    const began = performance.now();
    for (;;) {
      const allowed = Math.min(pace.beginMs + total / pace.bytesPerMs, pace.longestMs);
      const part = await within(allowed - (performance.now() - began), reader.read());
      if (part.done) break;
      const isFirstBeyond = total <= maxBytes;
      total += part.value.length;
      if (total > maxBytes) {
        if (!beyond || total > beyond.max) fail('body_too_large');
        if (!isFirstBeyond) continue;
        const head = Buffer.concat([...chunks, part.value]).subarray(0, beyond.head);
        held += head.length - size;
        size = head.length;
        // A copy: a view would keep all that it was cut from.
        chunks = [Uint8Array.from(head)];
        continue;
      }
      if (held + part.value.length > HELD_MAX) fail('busy', {}, 'forms fill the memory');
      size += part.value.length;
      held += part.value.length;
      chunks.push(part.value);
    }
    return await work(Buffer.concat(chunks, size), total <= maxBytes);
  } finally {
    held -= size;
  }
}

/** Forms that are read at once from one source; a house of many flats has one, so more may wait. */
const PER_SOURCE = { reading: 2, waiting: 12 } as const;
const sources = new Map<string, { enter: ReturnType<typeof places>; inside: number }>();

/** Lets so many of one source work at once. @throws AppError `busy` when many wait already. */
export async function oneOfSource<T>(source: string, work: () => Promise<T>): Promise<T> {
  const own = sources.get(source) ?? {
    enter: places(PER_SOURCE.reading, PER_SOURCE.waiting),
    inside: 0,
  };
  sources.set(source, own);
  own.inside += 1;
  try {
    return await own.enter(work);
  } finally {
    own.inside -= 1;
    if (own.inside === 0) sources.delete(source);
  }
}

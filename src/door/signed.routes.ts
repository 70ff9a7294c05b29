/** The doors of other systems over HTTP: size → signature → known? → limit → take → answer. */
import type { Context } from 'hono';
import type { z } from 'zod';
import { AppError, fail } from '../kernel/errors.ts';
import { translateDbError } from '../platform/db.ts';
import type { Env } from '../platform/http/auth.ts';
import { problem } from '../platform/http/errors.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { gate, limiter, secondsToWait } from './gate.ts';
import type { Knock, Known } from './gate.ts';
import { HEADERS, MESSAGE_MAX } from './rules.ts';
import { answeredBefore, peek, readBody, receive } from './take.ts';
import type { DoorHandler } from './take.ts';

type Route = (c: Context<Env>) => Promise<Response>;

/** A door where messages are brought; what was brought is answered 200, done or dead. */
export function signedDoor<T>(deps: Deps, handler: DoorHandler<T>): Route {
  const { enter, limit } = entrance(deps, handler.door, handler.schema, handler.urgent);
  return (c) =>
    answered(c, deps, handler.door, async () => {
      const entered = await enter(c);
      const { from, knock } = entered;
      // What came before costs nothing of the limit: a push that is sent again gets further each time.
      const before = await answeredBefore(deps, handler.door, from, knock);
      if (!before) await limit(c, entered);
      const { id, state, error, answer } = before ?? (await receive(deps, handler, from, knock));
      return c.json({ ...answer, id, state, ...(error && { error }) }, 200);
    });
}

/** A question that another system asks: nothing of it is kept. */
export interface DoorQuestion<T> {
  door: string;
  schema: z.ZodType<T>;
  urgent?(body: T): boolean;
  /** @throws AppError as any route. */
  ask(deps: Deps, from: Known, body: T): Promise<unknown>;
}

// oxlint-disable-next-line typescript/no-explicit-any
export type AnyQuestion = DoorQuestion<any>;

/** A door where something is asked; 422 for what cannot be read. */
export function signedQuestion<T>(deps: Deps, question: DoorQuestion<T>): Route {
  const { enter, limit } = entrance(deps, question.door, question.schema, question.urgent);
  return (c) =>
    answered(c, deps, question.door, async () => {
      const entered = await enter(c);
      await limit(c, entered);
      const { from, knock } = entered;
      const body = readBody(question.schema, knock.body);
      return c.json((await question.ask(deps, from, body)) as object, 200);
    });
}

interface Entered {
  from: Known;
  knock: Knock;
}

/** Signature and limit; an emergency passes the limit. */
function entrance<T>(
  deps: Deps,
  door: string,
  schema: z.ZodType<T>,
  urgent: ((body: T) => boolean) | undefined,
) {
  const pass = gate(deps, door);
  const withinLimit = limiter(deps);
  const enter = async (c: Context<Env>): Promise<Entered> => {
    const knock = await readKnock(c);
    return { from: await pass(knock), knock };
  };
  const limit = async (c: Context<Env>, { from, knock }: Entered): Promise<void> => {
    if (await withinLimit(from)) return;
    const body = urgent && peek(schema, knock.body);
    if (body && urgent(body)) return;
    c.header('Retry-After', String(secondsToWait(from.now)));
    fail('too_many_messages');
  };
  return { enter, limit };
}

async function readKnock(c: Context<Env>): Promise<Knock> {
  const said = (name: keyof typeof HEADERS) => c.req.header(HEADERS[name]) ?? '';
  return {
    source: said('source'),
    timestamp: said('timestamp'),
    id: said('id'),
    signature: said('signature'),
    // Byte for byte: what is decoded otherwise has another signature.
    body: (await readAtMost(c.req.raw.body)).toString('utf8'),
  };
}

/** @throws AppError `body_too_large` as soon as it is. */
async function readAtMost(body: ReadableStream<Uint8Array> | null): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  if (body) {
    for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
      bytes += part.length;
      if (bytes > MESSAGE_MAX) fail('body_too_large');
      parts.push(part);
    }
  }
  return Buffer.concat(parts);
}

/** A sender reads codes and statuses: errors are problems, and what is ours to mend is 503. */
async function answered(
  c: Context<Env>,
  deps: Deps,
  door: string,
  work: () => Promise<Response>,
): Promise<Response> {
  c.header('Cache-Control', 'no-store');
  try {
    return await work();
  } catch (thrown) {
    const known = translateDbError(thrown);
    const error = known instanceof AppError ? known : new AppError('busy', {}, String(thrown));
    if (error.status < 500) return problem(c, error);
    const { code, internal } = error;
    const stack = (thrown as Error).stack;
    deps.log.error({ code, internal, door, traceId: c.get('traceId'), stack }, 'door failed');
    return problem(c, error.status === 503 ? error : new AppError('busy'));
  }
}

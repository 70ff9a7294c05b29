import { ERROR_STATUS, type ErrorCode } from '../../../src/contract.ts';

/** Error codes of the API, and two for when no answer came. */
export type ProblemCode = ErrorCode | 'no_network' | 'no_answer';

/** Why a request did not do what was asked; what a ProblemNotice shows. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly traceId: string | undefined;
  readonly extra: Record<string, unknown>;
  /** After how long it is worth asking again, where the answer said so. */
  readonly retryAfterMs: number | undefined;
  constructor(
    code: ProblemCode,
    status = 0,
    traceId?: string,
    extra: Record<string, unknown> = {},
    retryAfterMs?: number,
  ) {
    super(code);
    this.name = 'Problem';
    this.code = code;
    this.status = status;
    this.traceId = traceId;
    this.extra = extra;
    this.retryAfterMs = retryAfterMs;
  }

  /** The order has moved on since it was read. */
  get isStale(): boolean {
    return this.code === 'version_conflict' || this.code === 'state_conflict';
  }

  /** What is wrong with one field of the form, by its path in the input. */
  issue(path: string): string | undefined {
    const issues = this.extra.issues;
    if (!Array.isArray(issues)) return undefined;
    const found = (issues as { path?: unknown; message?: unknown }[]).find((i) => i.path === path);
    return typeof found?.message === 'string' ? found.message : undefined;
  }
}

/** Seconds only; a date would need the clock of whoever sent it. */
const retryAfterOf = (response: Response): number | undefined => {
  const text = response.headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : undefined;
};

/** Reads a problem document; anything else becomes `internal`. */
export async function problemOf(response: Response): Promise<Problem> {
  let body: Record<string, unknown> = {};
  try {
    body = (await response.json()) as Record<string, unknown>;
  } catch {
    // A proxy answered instead of the platform: the status is all there is.
  }
  const { type: _type, title: _title, status: _status, code, traceId, ...extra } = body;
  const known = typeof code === 'string' && code in ERROR_STATUS ? (code as ErrorCode) : 'internal';
  return new Problem(
    known,
    response.status,
    typeof traceId === 'string' ? traceId : undefined,
    extra,
    retryAfterOf(response),
  );
}

export const asProblem = (error: unknown): Problem | null =>
  error === null || error === undefined
    ? null
    : error instanceof Problem
      ? error
      : new Problem('internal', 0, undefined, { message: String(error) });

/** What is read again by itself until it comes: of that nobody hears as an error. */
const putOff = (reason: unknown): Problem | null =>
  reason instanceof Problem && reason.code === 'overloaded' ? reason : null;

/** Why a reading is not there, or not there yet. */
export const problemOfQuery = (query: { error: unknown; failureReason: unknown }) =>
  asProblem(query.error) ?? putOff(query.failureReason);

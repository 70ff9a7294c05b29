import type { Context, ErrorHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { AppError } from '../../kernel/errors.ts';
import type { ErrorCode } from '../../kernel/errors.ts';
import { languageOf, translate } from '../../kernel/i18n/index.ts';
import { translateDbError } from '../db.ts';
import type { Logger } from '../log.ts';
import type { Env } from './auth.ts';

/** Finds the public meaning of whatever was thrown; what is unknown is `internal`. */
export function toAppError(thrown: unknown): AppError {
  const error = translateDbError(thrown);
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException) {
    if (error.status === 413) return new AppError('body_too_large');
    if (error.status === 400) return new AppError('invalid_json', {}, error.message);
    if (error.status === 404) return new AppError('not_found');
  }
  return new AppError('internal', {}, error instanceof Error ? error.message : String(error));
}

/** Seconds after which it is worth asking again. */
const RETRY_AFTER: Partial<Record<ErrorCode, string>> = {
  busy: '2',
  database_unavailable: '2',
  overloaded: '5',
};

/** RFC 9457 problem details: stable code, a sentence in the reader's language, a trace id. */
export function problem(c: Context<Env>, error: AppError): Response {
  const language = languageOf(c.req.header('accept-language'));
  const body = {
    type: `urn:hotline:error:${error.code}`,
    title: translate(language, `error.${error.code}`),
    status: error.status,
    code: error.code,
    traceId: c.get('traceId'),
    ...error.extra,
  };
  const seconds = RETRY_AFTER[error.code];
  if (seconds) c.header('Retry-After', seconds);
  return c.body(JSON.stringify(body), error.status, {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Cache-Control': 'no-store',
  });
}

/** Where programs ask, and no person reads a page. */
const PROGRAMS = /^\/(?:api|demo|healthz|readyz|cti|sms|chat\/v1)(?:\/|$)/;

/** Logs what is ours to mend, answers what the reader may know. */
export const onError =
  (
    log: Logger,
    page?: (c: Context<Env>, error: AppError) => Response | Promise<Response>,
  ): ErrorHandler<Env> =>
  (thrown, c) => {
    const error = toAppError(thrown);
    if (error.status >= 500) {
      log.error(
        {
          code: error.code,
          internal: error.internal,
          traceId: c.get('traceId'),
          path: c.req.routePath,
          stack: (thrown as Error)?.stack,
        },
        'request failed',
      );
    }
    const wantsPage = page && !PROGRAMS.test(c.req.path);
    return wantsPage ? page(c, error) : problem(c, error);
  };

export const onNotFound: NotFoundHandler<Env> = () => {
  throw new AppError('not_found');
};

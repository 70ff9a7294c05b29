import { pino } from 'pino';
import type { Logger, LoggerOptions } from 'pino';
import { currentTrace } from './trace.ts';

export type { Logger };

const STDOUT = 1;
/** Bytes that wait for a slow reader; what comes beyond is dropped, not kept for ever. */
const UNREAD_MAX = 16 * 1024 * 1024;

/**
 * One JSON line per entry on stdout. Values under names that may hold a person's data or a secret
 * are removed here, as a second net: callers log ids and codes only.
 */
export function createLog(name: string, level: string): Logger {
  const options: LoggerOptions = {
    name,
    level,
    base: { name, pid: process.pid },
    // What is told while a request is served says which.
    mixin: () => {
      const traceId = currentTrace();
      return traceId ? { traceId } : {};
    },
    redact: {
      paths: [
        'phone',
        'name_ct',
        'content',
        'password',
        'token',
        'cookie',
        '*.phone',
        '*.content',
        '*.password',
        '*.token',
        'req.headers.cookie',
        'err.parameters',
        'err.detail',
        'err.where',
      ],
      remove: true,
    },
  };
  // Whoever reads the log slowly must not hold up the process; what is left is written at its end.
  return pino(options, pino.destination({ dest: STDOUT, sync: false, maxLength: UNREAD_MAX }));
}

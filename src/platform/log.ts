import { pino } from 'pino';
import type { Logger } from 'pino';
import { currentTrace } from './trace.ts';

export type { Logger };

/**
 * One JSON line per entry on stdout. Values under names that may hold a person's data or a secret
 * are removed here, as a second net: callers log ids and codes only.
 */
export function createLog(name: string, level: string): Logger {
  return pino({
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
  });
}

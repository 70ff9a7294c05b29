import { zValidator } from '@hono/zod-validator';
import type { ValidationTargets } from 'hono';
import type { z } from 'zod';
import { fail } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';

/** Which fields are wrong and how, without the values. */
export const issuesOf = (error: z.core.$ZodError) =>
  error.issues.map((i) => ({ path: i.path.join('.'), message: i.message, code: i.code }));

/** What Hono's validator parses; anything else it takes for an empty object. */
const JSON_TYPE = /^\s*application\/([\w.-]+\+)?json\s*(;|$)/i;

/**
 * Validates one part of a request; unknown fields are dropped (no mass assignment).
 * @throws AppError `invalid_input` with `issues`; `unsupported_media_type` for a body that is no
 *   JSON, which would else be filled with defaults.
 */
export const valid = <T extends z.ZodType, Target extends keyof ValidationTargets>(
  target: Target,
  schema: T,
) =>
  zValidator(target, schema, (result, c) => {
    if (target === 'json' && !JSON_TYPE.test(c.req.header('content-type') ?? '')) {
      fail('unsupported_media_type');
    }
    if (!result.success) fail('invalid_input', { issues: issuesOf(result.error) });
  });

/** A path parameter that must be an id; anything else does not exist. */
export const pathId = (value: string | undefined): string =>
  value !== undefined && isId(value) ? value : fail('not_found');

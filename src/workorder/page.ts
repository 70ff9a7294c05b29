/** Cursors and pages: no list is without an end, and none counts what it skips. */
import { fail } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import type { Cursor } from './list.store.ts';
import type { Page } from './schema.ts';

/** A place in a list, as text that means nothing to others. */
export const writeCursor = (c: Cursor): string =>
  Buffer.from(`${c.at.toISOString()} ${c.id}`).toString('base64url');

/** @throws AppError `invalid_input` when the text is no cursor. */
export function readCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  const [at = '', id = ''] = Buffer.from(text, 'base64url').toString().split(' ');
  const instant = new Date(at);
  if (!(instant.getUTCFullYear() >= 2000 && instant.getUTCFullYear() < 3000) || !isId(id)) {
    fail('invalid_input', {
      issues: [{ path: 'cursor', message: 'not a cursor', code: 'invalid' }],
    });
  }
  return { at: instant, id };
}

/** Cuts `limit + 1` rows to a page with the cursor of its last row. */
export function pageOf<R, T>(
  rows: R[],
  limit: number,
  view: (r: R) => T,
  cursorOf: (r: R) => Cursor,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(view),
    nextCursor: rows.length > limit && last ? writeCursor(cursorOf(last)) : null,
  };
}

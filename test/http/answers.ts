/** What the suites of this folder ask of an answer. */
import { expect } from 'vitest';
import type { Answer } from '../world.ts';

/** Stands in wrong inputs; no error may ever repeat it. */
export const SECRET_WORDS = '绝不能出现的话7391';

/** Expects a refusal in the shape of RFC 9457 that repeats nothing of what was sent. */
export function refused(a: Answer, status: number, code: string): Answer {
  expect({ status: a.status, code: a.body.code }).toEqual({ status, code });
  expect(a.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(a.body).toMatchObject({ status, type: `urn:hotline:error:${code}` });
  expect(a.body.traceId).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.stringify(a.body)).not.toContain(SECRET_WORDS);
  return a;
}

/** Expects a 422 that names exactly these fields. */
export function wrongFields(a: Answer, ...paths: string[]): void {
  refused(a, 422, 'invalid_input');
  const found = a.body.issues.map((i: { path: string }) => i.path);
  expect([...new Set(found)].sort()).toEqual([...paths].sort());
}

/** Expects a 409 that says where the order is now and what this person may still do. */
export function conflict(
  a: Answer,
  code: 'state_conflict' | 'version_conflict',
  now: { state: string; version?: number; allowed?: string[] },
): void {
  refused(a, 409, code);
  expect(a.body.state).toBe(now.state);
  expect(a.body.version).toEqual(now.version ?? expect.any(Number));
  if (now.allowed) expect([...a.body.allowed].sort()).toEqual([...now.allowed].sort());
  else expect(Array.isArray(a.body.allowed)).toBe(true);
}

export function ok<T = any>(a: Answer<T>, status = 200): T {
  expect(a.status, JSON.stringify(a.body)).toBe(status);
  return a.body;
}

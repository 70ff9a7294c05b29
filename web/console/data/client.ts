/** The only place that speaks HTTP: JSON, the session cookie, problem documents. */
import { languageStore } from '../lib/prefs.ts';
import { patiently } from './patience.ts';
import { Problem, problemOf } from './problem.ts';

const ANSWER_LIMIT_MS = 30_000;

export type Query = Record<string, string | number | undefined>;

interface Call {
  query?: Query;
  body?: unknown;
  /** Idempotency-Key of an act or a creation. */
  key?: string;
  signal?: AbortSignal;
}

function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return `/api${path}${search.size > 0 ? `?${search}` : ''}`;
}

/** What only reads waits while the same question is put off. @throws Problem */
export const call = <T>(method: string, path: string, options: Call = {}): Promise<T> =>
  method === 'GET'
    ? patiently(address(path, options.query), () => send<T>(method, path, options), options.signal)
    : send<T>(method, path, options);

async function send<T>(method: string, path: string, options: Call): Promise<T> {
  const headers: Record<string, string> = { 'Accept-Language': languageStore.get() };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.key) headers['Idempotency-Key'] = options.key;
  const limit = AbortSignal.timeout(ANSWER_LIMIT_MS);
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(limit.aborted ? 'no_answer' : 'no_network');
  }
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

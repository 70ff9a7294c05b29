/** People at browsers, as the player of the fortnight needs them: sessions, forms, the demo's own doors. */
import { signedHeaders } from '../../src/door/index.ts';
import type { DemoSource } from '../../src/door/index.ts';
import type { PlayAnswer, PlayInput } from '../../src/demo/schema.ts';

export interface Answer<T = unknown> {
  status: number;
  body: T;
}

/** Somebody with cookies. */
export interface Person {
  readonly name: string;
  get<T>(path: string): Promise<Answer<T>>;
  post<T>(path: string, body?: unknown, key?: string): Promise<Answer<T>>;
  put<T>(path: string, body: unknown): Promise<Answer<T>>;
  delete(path: string): Promise<Answer>;
  /** A form without script. `to`: where it led; `page`: what stands there when `follow` is set. */
  form(path: string, fields: Record<string, string>): Promise<{ status: number; to: string }>;
  cookie(name: string): string | undefined;
}

const TRIES = 3;
const AGAIN_MS = 300;

/** @param token Shown with every request: of a chat, which knows no cookie. */
export function person(base: string, name: string, token?: string): Person {
  const cookies = new Map<string, string>();
  const headers = (): Record<string, string> => ({
    ...(token && { authorization: `Bearer ${token}` }),
    ...(cookies.size > 0 && { cookie: [...cookies].map((c) => c.join('=')).join('; ') }),
  });
  const keep = (response: Response) => {
    for (const line of response.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) cookies.delete(key);
      else cookies.set(key, value);
    }
  };
  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    key?: string,
  ): Promise<Answer<T>> {
    for (let nth = 1; ; nth++) {
      const response = await fetch(base + path, {
        method,
        headers: {
          ...headers(),
          'accept-language': 'zh-CN',
          ...(key && { 'idempotency-key': key }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
      keep(response);
      const text = await response.text();
      const json = /json/.test(response.headers.get('content-type') ?? '');
      const answer = {
        status: response.status,
        body: (json && text ? JSON.parse(text) : text) as T,
      };
      // Busy is an answer that asks to come again.
      if (response.status !== 503 || nth === TRIES) return answer;
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
  return {
    name,
    get: (path) => call('GET', path),
    post: (path, body = {}, key) => call('POST', path, body, key),
    put: (path, body) => call('PUT', path, body),
    delete: (path) => call('DELETE', path),
    cookie: (key) => cookies.get(key),
    async form(path, fields) {
      const response = await fetch(base + path, {
        method: 'POST',
        redirect: 'manual',
        headers: { ...headers(), 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(fields),
        signal: AbortSignal.timeout(30_000),
      });
      keep(response);
      await response.text();
      return { status: response.status, to: response.headers.get('location') ?? '' };
    },
  };
}

/** The doors of the play. @throws when they are shut. */
export function playDoor(base: string, token: string) {
  return async (input: PlayInput): Promise<PlayAnswer> => {
    const response = await fetch(`${base}/api/demo/play`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok)
      throw new Error(`play ${input.op}: ${response.status} ${await response.text()}`);
    return (await response.json()) as PlayAnswer;
  };
}
export type PlayDoor = ReturnType<typeof playDoor>;

/** Another house that knocks at the signed doors, as any switch or provider of messages does. */
export function knocker(base: string, source: DemoSource, secret: string) {
  return async (path: string, id: string, message: object): Promise<Answer> => {
    const body = JSON.stringify(message);
    for (let nth = 1; ; nth++) {
      const response = await fetch(base + path, {
        method: 'POST',
        // Another house knows real time only.
        headers: signedHeaders(secret, { source, id, body, at: new Date() }),
        body,
        signal: AbortSignal.timeout(30_000),
      });
      const text = await response.text();
      const answer = { status: response.status, body: text ? JSON.parse(text) : null };
      if (response.status !== 503 || nth === TRIES) return answer;
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  };
}
export type Knock = ReturnType<typeof knocker>;

/** The staff of the demo, signed in once each when first needed. */
export class People {
  readonly #base: string;
  readonly #known = new Map<string, Promise<Person>>();
  constructor(base: string) {
    this.#base = base;
  }

  as(login: string): Promise<Person> {
    const known = this.#known.get(login) ?? this.#signIn(login);
    this.#known.set(login, known);
    return known;
  }

  async #signIn(login: string): Promise<Person> {
    const p = person(this.#base, login);
    const answer = await p.post('/api/demo/session', { login });
    if (answer.status !== 200) throw new Error(`${login} cannot sign in: ${answer.status}`);
    return p;
  }

  /** Everybody goes home. */
  async leave(): Promise<void> {
    await Promise.all([...this.#known.values()].map(async (p) => (await p).delete('/api/session')));
    this.#known.clear();
  }
}

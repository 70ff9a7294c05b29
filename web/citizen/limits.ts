import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { fail } from '../../src/kernel/errors.ts';
import { sourceOf } from '../../src/platform/http/auth.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { places } from '../../src/platform/limit.ts';
import { ATTACHMENT_MAX } from '../../src/workorder/schema.ts';
import { oneOfSource, withBody } from './held-body.ts';
import type { Beyond } from './held-body.ts';
import { wordsOfForm } from './form-words.ts';
import { isMultipart } from './view.ts';
import type { Site } from './view.ts';

/** Bytes of the largest form: 4,000 characters of Chinese in percent-encoding, and then some. */
const FORM_BYTES_MAX = 128 * 1024;

const limit = (maxSize: number) => bodyLimit({ maxSize, onError: () => fail('body_too_large') });

/** Refuses a body that no form of ours can have made. */
export const smallBody = limit(FORM_BYTES_MAX);

/** Photos at one form. */
export const PHOTOS_MAX = ATTACHMENT_MAX.perAct;
/** Bytes of a form that brings its photos along: nine as telephones make them, or two at the limit. */
const PHOTO_FORM_BYTES_MAX = 32 * 1024 * 1024;
/** Beyond that, photos are left out and the words kept: so much of a form is read at all. */
const READ_MAX = 128 * 1024 * 1024;
/** For the sentence that says how large photos may be. */
export const PHOTO_MB = {
  one: ATTACHMENT_MAX.bytes / 2 ** 20,
  all: PHOTO_FORM_BYTES_MAX / 2 ** 20,
};
const PHOTO_FORM = {
  bytes: PHOTO_FORM_BYTES_MAX,
  beyond: { head: 2 * FORM_BYTES_MAX, max: READ_MAX },
};
/** Such forms are taken apart in memory: so many at once, and so many may wait. */
const enter = places(3, 12);
/** Bytes of a request that brings one photo. */
const ONE_PHOTO_BYTES_MAX = ATTACHMENT_MAX.bytes + 64 * 1024;

/** What a request says of the length of its body; null: nothing, or nothing that binds. */
function declared(c: Context<Env>): number | null {
  const length = c.req.header('content-length');
  return length === undefined || c.req.header('transfer-encoding') ? null : Number(length);
}

/** Requests whose form was too large: their files were left out. */
const cut = new WeakSet<Request>();
/** Whether the photos of this form were left out because together they were too large. */
export const photosLeftOut = (c: Context<Env>): boolean => cut.has(c.req.raw);

/** Reads the body of a request before anything else is done with it, at most two of a source at once. */
async function inMemory(
  c: Context<Env>,
  site: Pick<Site, 'trustProxy'>,
  max: { bytes: number; beyond?: Beyond },
  next: () => Promise<void>,
): Promise<void> {
  const { raw } = c.req;
  const { beyond } = max;
  const said = declared(c) ?? 0;
  if (said > (beyond?.max ?? max.bytes)) fail('body_too_large');
  if (!raw.body) return next();
  const { body } = raw;
  // Of what is too large by its own word no more than the beginning is held.
  const bytesMax = beyond && said > max.bytes ? beyond.head : max.bytes;
  await oneOfSource(sourceOf(c, site.trustProxy), () =>
    withBody(
      body,
      bytesMax,
      async (bytes, isWhole) => {
        const kept = isWhole ? bytes : wordsOfForm(bytes, c.req.header('content-type') ?? '');
        c.req.raw = new Request(raw, { method: raw.method, body: kept });
        if (!isWhole) cut.add(c.req.raw);
        await next();
      },
      beyond && { beyond },
    ),
  );
}

/** As `smallBody`, but for a form that may bring photos; one that brings none waits for nobody. */
export const photoBody =
  (site: Pick<Site, 'trustProxy'>): MiddlewareHandler<Env> =>
  (c, next) => {
    const length = declared(c);
    const small = length !== null && length <= FORM_BYTES_MAX;
    return small || !isMultipart(c.req.header('content-type') ?? '')
      ? smallBody(c, next)
      : inMemory(c, site, PHOTO_FORM, () => enter(next));
  };

/** For a request that brings one photo. */
export const onePhotoBody =
  (site: Pick<Site, 'trustProxy'>): MiddlewareHandler<Env> =>
  (c, next) =>
    inMemory(c, site, { bytes: ONE_PHOTO_BYTES_MAX }, next);

/** Photos from one source within a window of real time; a house of many flats has one source. */
export const PHOTO_LIMIT = { windowMinutes: 60, perSource: 200 } as const;

/** Supplements of one citizen to one order within a window of real time. */
export const NOTE_LIMIT = { windowMinutes: 60, perOrder: 12 } as const;

/** Of a form that an error page gave back: what it brings may have been stored the first time. */
export const AGAIN_FIELD = 'again';

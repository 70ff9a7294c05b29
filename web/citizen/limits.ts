import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { fail } from '../../src/kernel/errors.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { places } from '../../src/platform/limit.ts';
import { ATTACHMENT_MAX } from '../../src/workorder/schema.ts';
import { isMultipart } from './view.ts';

/** Bytes of the largest form: 4,000 characters of Chinese in percent-encoding, and then some. */
const FORM_BYTES_MAX = 128 * 1024;

const limit = (maxSize: number) => bodyLimit({ maxSize, onError: () => fail('body_too_large') });

/** Refuses a body that no form of ours can have made. */
export const smallBody = limit(FORM_BYTES_MAX);

/** Photos at one form. */
export const PHOTOS_MAX = ATTACHMENT_MAX.perAct;
/** Bytes of a form that brings its photos along: nine as telephones make them, or two at the limit. */
const PHOTO_FORM_BYTES_MAX = 32 * 1024 * 1024;
const photoForm = limit(PHOTO_FORM_BYTES_MAX);
/** Such forms are read one by one into memory: so many at once, and so many may wait. */
const enter = places(3, 12);

/** As `smallBody`, but for a form that may bring photos. */
export const photoBody: MiddlewareHandler<Env> = (c, next) =>
  isMultipart(c.req.header('content-type') ?? '')
    ? enter(() => photoForm(c, next))
    : smallBody(c, next);

/** Bytes of a request that brings one photo. */
export const onePhotoBody = limit(ATTACHMENT_MAX.bytes + 64 * 1024);

/** Photos from one source within a window of real time; a house of many flats has one source. */
export const PHOTO_LIMIT = { windowMinutes: 60, perSource: 200 } as const;

/** Supplements of one citizen to one order within a window of real time. */
export const NOTE_LIMIT = { windowMinutes: 60, perOrder: 12 } as const;

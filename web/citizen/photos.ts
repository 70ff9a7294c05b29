import type { Context } from 'hono';
import { fail } from '../../src/kernel/errors.ts';
import type { ErrorCode } from '../../src/kernel/errors.ts';
import type { TextKey } from '../../src/kernel/i18n/index.ts';
import { isId } from '../../src/kernel/ids.ts';
import { sourceOf } from '../../src/platform/http/auth.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { toAppError } from '../../src/platform/http/errors.ts';
import { sendFile } from '../../src/platform/http/file.ts';
import { unlessLate } from '../../src/platform/http/house.ts';
import {
  attachmentForCitizen,
  formOwner,
  ownerOf,
  stageForCitizen,
  stagedForCitizen,
  stagedOf,
} from '../../src/workorder/index.ts';
import type { Citizen } from './citizen.ts';
import { PHOTOS_MAX, PHOTO_MB, photosLeftOut } from './limits.ts';
import type { Mistake } from './parts.tsx';
import type { Photo } from './photo-field.tsx';
import { posted, viewOf } from './view.ts';
import type { Say, Site } from './view.ts';

/** Whose photos wait: those of a form that makes an order, or of an order that is being added to. */
export type From = { formKey: string } | { orderId: string };

/** Photos taken of the own order, also those that wait to be added to it. */
export const ORDER_PHOTOS = '/track/photos';
export const FORM_PHOTOS = '/submit/photos';

const baseOf = (from: From): string => ('formKey' in from ? FORM_PHOTOS : ORDER_PHOTOS);

const ownedBy = (site: Site, from: From) =>
  'formKey' in from
    ? formOwner(site.deps.crypto, from.formKey)
    : ownerOf({ kind: 'citizen', orderId: from.orderId, how: 'query_code' });

/** The plain sentence for a photo that was not taken. */
const WRONG: Partial<Record<ErrorCode, TextKey>> = {
  attachment_refused: 'citizen.err.photo_refused',
  attachment_too_large: 'citizen.err.photo_large',
  attachment_limit: 'citizen.err.photo_limit',
  too_many_attempts: 'citizen.err.photo_throttled',
};

const shortName = (file: File): string =>
  file.name.length > 24 ? `…${file.name.slice(-20)}` : file.name;

function wrongOf(say: Say, error: unknown, file: File): string {
  const { code, status } = toAppError(error);
  // Whatever is away just now, the words of the form stay.
  const key = WRONG[code] ?? (status === 503 ? 'citizen.err.photo_busy' : undefined);
  if (!key) throw error;
  return say(key, { name: shortName(file), mb: PHOTO_MB.one });
}

const takeOne = (c: Context<Env>, site: Site, from: From, file: File) =>
  unlessLate(
    c,
    stageForCitizen(
      site.deps,
      {
        name: file.name,
        source: file.stream() as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>,
      },
      { source: sourceOf(c, site.trustProxy), ...from },
    ),
  );

/** Photos after those that came with a form were taken: their ids, and what was wrong with others. */
export interface Taken {
  ids: string[];
  mistakes: Mistake[];
}

/** Takes the photos of a form, one after the other; one that is no photo does not keep out the rest. */
export async function takePhotos(
  c: Context<Env>,
  site: Site,
  say: Say,
  from: From,
  sent: { files: readonly File[]; known: readonly string[] },
): Promise<Taken> {
  const ids = [...sent.known];
  const wrong: string[] = [];
  let isAway = false;
  if (photosLeftOut(c)) wrong.push(say('citizen.err.photos_large', PHOTO_MB));
  for (const file of sent.files) {
    if (ids.length >= PHOTOS_MAX) {
      wrong.push(say('citizen.err.photo_many', { n: PHOTOS_MAX }));
      break;
    }
    try {
      // Without a database the others are not even tried.
      if (isAway) fail('database_unavailable');
      const { id } = await takeOne(c, site, from, file);
      if (!ids.includes(id)) ids.push(id);
    } catch (error) {
      isAway ||= toAppError(error).code === 'database_unavailable';
      wrong.push(wrongOf(say, error, file));
    }
  }
  const text = [...new Set(wrong)].join(' ');
  return { ids, mistakes: text === '' ? [] : [{ field: 'photos', text }] };
}

const photoOf = (from: From, a: { id: string; name: string; thumbUrl: string | null }): Photo => {
  const url = `${baseOf(from)}/${a.id}`;
  return { id: a.id, name: a.name, url, thumb: a.thumbUrl && url };
};

/** Those of the ids that wait for this form or order, in the order of the form. */
export async function waitingPhotos(
  site: Site,
  from: From,
  ids: readonly string[],
): Promise<Photo[]> {
  if (ids.length === 0) return [];
  const known = new Map((await stagedOf(site.deps.db, ownedBy(site, from))).map((a) => [a.id, a]));
  return ids.flatMap((id) => {
    const a = known.get(id);
    return a ? [photoOf(from, a)] : [];
  });
}

/** The same where nobody can say what waits: they are carried on by their ids. */
export const carriedPhotos = (from: From, ids: readonly string[]): Photo[] =>
  ids.map((id) => photoOf(from, { id, name: '', thumbUrl: id }));

/** Answers the script, which sends one photo at a time: its id, or what was wrong with it. */
export async function answerPhoto(
  c: Context<Env>,
  site: Site,
  fromOf: (key: string) => From | null,
): Promise<Response> {
  c.header('Cache-Control', 'no-store');
  const form = await posted(c, site, { files: true });
  const { say } = viewOf(c, site);
  const from = fromOf(form.one('key'));
  if (!from) return c.json({ code: 'not_signed_in', error: say('citizen.said.expired') }, 401);
  const file = form.files[0];
  if (!file) return c.json({ code: 'invalid_input', error: say('citizen.err.photo_failed') }, 422);
  try {
    const { id, thumb } = photoOf(from, await takeOne(c, site, from, file));
    return c.json({ id, thumb });
  } catch (error) {
    const { code } = toAppError(error);
    return c.json({ code, error: wrongOf(say, error, file) }, 422);
  }
}

/** The small picture of a photo that waits, for who sent it. @throws AppError `not_found`. */
export async function waitingThumb(c: Context<Env>, site: Site, from: From): Promise<Response> {
  const id = c.req.param('id') ?? '';
  if (!isId(id)) fail('not_found');
  return sendFile(c, await stagedForCitizen(site.deps, ownedBy(site, from), id, 'thumb'));
}

/** A file of the own order, or its small picture. @throws AppError `not_found`. */
export async function orderFile(
  c: Context<Env>,
  site: Site,
  citizen: Citizen,
  part: 'file' | 'thumb',
): Promise<Response> {
  const id = c.req.param('id') ?? '';
  if (!isId(id)) fail('not_found');
  return sendFile(c, await attachmentForCitizen(site.deps, citizen, id, part));
}

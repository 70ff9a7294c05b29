/** Pictures that came another way than with a form, by the same rules, and how they come to an order. */
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { ownerOf } from './attachment.bind.ts';
import { kindOf } from './attachment.rules.ts';
import { holdContents, keep, throttled, writeStaged } from './attachment.service.ts';
import { ATTACHMENT_MAX } from './schema.ts';

/** A picture that lies in the storage, made anew. */
export interface KeptPicture {
  mime: 'image/jpeg' | 'image/png' | 'image/webp';
  bytes: number;
  width: number;
  height: number;
  sha256: string;
  thumb_sha256: string;
}

/**
 * Takes a picture in; the caller's row names its contents afterwards.
 * @throws AppError `attachment_refused`, `attachment_too_large`, `storage_unavailable`, `busy`.
 */
export async function keepPicture(
  deps: Deps,
  source: AsyncIterable<Uint8Array>,
): Promise<KeptPicture> {
  const got = await deps.storage.receive(source, ATTACHMENT_MAX.bytes);
  try {
    if (kindOf(got.head, got.tail) === 'application/pdf') fail('attachment_refused');
    return (await keep(deps, got)) as KeptPicture;
  } finally {
    await got.discard();
  }
}

/** Counts an upload from a network address with all others from there. @throws AppError `too_many_attempts`. */
export const countUpload = (deps: Deps, source: string): Promise<void> =>
  throttled(deps, 'source', source);

/** Keeps the contents of a picture from being swept until the row that names them is written. */
export const holdPicture = (deps: Deps, tx: Tx, p: KeptPicture): Promise<void> =>
  holdContents(deps, tx, [p.sha256, p.thumb_sha256]);

/** Puts a picture that lies there already among the uploads of a member of staff, for an act. */
export const stagePicture = (
  deps: Deps,
  actor: StaffActor,
  given: { name: string; picture: KeptPicture },
): Promise<string> =>
  writeStaged(deps, actor, ownerOf(actor), { name: given.name, kept: given.picture });

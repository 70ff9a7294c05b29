/** What may be attached, how it is called, who reads it: decided from data alone. */
import type { Visibility } from '../kernel/words.ts';
import { mayReadText } from './rules.ts';
import type { AttachmentMime } from './schema.ts';

/** Longest name of a file, in characters, its ending included. */
export const NAME_MAX = 80;
/** Hours after which a file that was uploaded and never used is forgotten. */
export const STAGED_HOURS = 24;
/** Uploads within a window of real time, per source of citizens and per member of staff. */
export const UPLOAD_LIMIT = { windowMinutes: 60, perSource: 200, perUser: 600 } as const;

const ENDINGS: Record<AttachmentMime, readonly string[]> = {
  'image/jpeg': ['jpg', 'jpeg'],
  'image/png': ['png'],
  'image/webp': ['webp'],
  'application/pdf': ['pdf'],
};

const startsWith = (bytes: Uint8Array, text: string, at = 0): boolean =>
  [...text].every((c, i) => bytes[at + i] === c.charCodeAt(0));

/**
 * What a file is by its own first and last bytes; its name and the type it was sent as say nothing.
 * Pictures are decoded afterwards; a PDF must begin with its mark (readers forgive up to 1,024 bytes
 * before it, which is where other formats hide) and end with its end.
 */
export function kindOf(head: Uint8Array, tail: Uint8Array): AttachmentMime | null {
  if (startsWith(head, '\xff\xd8\xff')) return 'image/jpeg';
  if (startsWith(head, '\x89PNG\r\n\x1a\n')) return 'image/png';
  if (startsWith(head, 'RIFF') && startsWith(head, 'WEBP', 8)) return 'image/webp';
  const ends = Buffer.from(tail).toString('latin1').includes('%%EOF');
  if (/^%PDF-[12]\.\d/.test(Buffer.from(head).toString('latin1')) && ends) return 'application/pdf';
  return null;
}

/** Control and format characters (also those that turn the direction of writing), and paths. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const FORBIDDEN = /[<>:"|?*]/g;
/** A file without a name is called 附件 (attachment). */
const NAMELESS = '附件';

/** The name a file keeps: one part of a path, visible characters, an ending that fits its type. */
export function fileName(given: string, mime: AttachmentMime): string {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1)!;
  const plain = last
    .replace(UNSEEN, '')
    .replace(FORBIDDEN, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const dot = plain.lastIndexOf('.');
  const ending = plain.slice(dot + 1).toLowerCase();
  const fits = dot >= 0 && ENDINGS[mime].includes(ending);
  const stem = (fits ? plain.slice(0, dot) : plain).replace(/[\s.]+$/, '') || NAMELESS;
  const end = `.${fits ? ending : ENDINGS[mime][0]}`;
  return (
    [...stem]
      .slice(0, NAME_MAX - end.length)
      .join('')
      .trimEnd() + end
  );
}

/** Who reads: as `mayReadText` judges it. */
export interface AttachmentReader {
  kind: 'citizen' | 'staff' | 'system';
  center: boolean;
  reach: ReadonlySet<string>;
}

/**
 * Who opens a file of an order that they see. Evidence of a draft is its unit's own. What came from
 * the requester of a confidential demand may show who that is: the centre reads it, and hands on with
 * a note what a unit may see.
 */
export function mayReadAttachment(
  file: {
    visibility: Visibility;
    organizationId: string | null;
    fromRequester: boolean;
    confidential: boolean;
    /** The unit whose draft it belongs to, while that is one. */
    draftOf: string | null;
  },
  reader: AttachmentReader,
): boolean {
  if (reader.kind === 'system') return true;
  if (file.draftOf !== null) return reader.kind === 'staff' && reader.reach.has(file.draftOf);
  if (file.confidential && file.fromRequester && reader.kind === 'staff' && !reader.center)
    return false;
  const { visibility } = file;
  const organizationId = visibility === 'unit' ? file.organizationId : null;
  return mayReadText({ visibility, organizationId }, reader);
}

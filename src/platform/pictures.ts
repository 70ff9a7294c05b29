/**
 * Pictures are never kept as they came: they are decoded and encoded anew. What is no picture does not
 * survive it, nor does what was hidden in one (place, camera, a page of HTML behind the pixels).
 */
import type { Sharp } from 'sharp';
import { AppError } from '../kernel/errors.ts';
import { places } from './limit.ts';

export type PictureKind = 'jpeg' | 'png' | 'webp';

/** Pixels of the long edge: a page of print at 200 dpi; and of the small picture in lists. */
const EDGE_MAX = 2560;
export const THUMB_EDGE_MAX = 320;
/** Pixels that are decoded at most; the cameras of telephones have up to 50 million. */
const PIXELS_MAX = 60_000_000;
const SECONDS_MAX = 20;
/** Pictures decoded at once, as each may take some hundred megabytes, and those that may wait. */
const AT_ONCE = 2;
const WAITING_MAX = 40;

export interface Picture {
  data: Buffer;
  width: number;
  height: number;
  /** A JPEG of at most 320 pixels. */
  thumb: Buffer;
}

const enter = places(AT_ONCE, WAITING_MAX);

let loading: Promise<typeof import('sharp').default> | undefined;
/** Loaded at the first picture: no process starts slower, or not at all, for it. */
const library = () =>
  (loading ??= import('sharp').then(({ default: sharp }) => {
    // One thread for each picture, nothing kept of it afterwards.
    sharp.concurrency(1);
    sharp.cache(false);
    // Of all formats it could read (SVG, PDF, GIF …) it shall try these three only.
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({
      operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'],
    });
    return sharp;
  }));

function encode(picture: Sharp, kind: PictureKind): Sharp {
  if (kind === 'jpeg') return picture.jpeg({ quality: 82 });
  if (kind === 'webp') return picture.webp({ quality: 82 });
  return picture.png({ compressionLevel: 8 });
}

/**
 * Reads a picture and makes it anew: upright, at most 2560 pixels, sRGB, one frame, without metadata.
 * @throws AppError `attachment_refused` when it is broken, too large to decode or of another kind,
 *   `busy` when too many wait.
 */
export const remake = (file: string, kind: PictureKind): Promise<Picture> =>
  enter(async () => {
    const sharp = await library();
    try {
      const source = sharp(file, {
        limitInputPixels: PIXELS_MAX,
        failOn: 'error',
        autoOrient: true,
        pages: 1,
      });
      const { format } = await source.metadata();
      if (format !== kind) throw new Error(`decoded as ${format}`);
      const { data, info } = await encode(
        source
          .resize({ width: EDGE_MAX, height: EDGE_MAX, fit: 'inside', withoutEnlargement: true })
          .timeout({ seconds: SECONDS_MAX }),
        kind,
      ).toBuffer({ resolveWithObject: true });
      const thumb = await sharp(data)
        .resize({
          width: THUMB_EDGE_MAX,
          height: THUMB_EDGE_MAX,
          fit: 'inside',
          withoutEnlargement: true,
        })
        .flatten({ background: 'white' })
        .jpeg({ quality: 76 })
        .timeout({ seconds: SECONDS_MAX })
        .toBuffer();
      return { data, width: info.width, height: info.height, thumb };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new AppError('attachment_refused', {}, why.slice(0, 200));
    }
  });

import { h } from './dom.ts';

/** Pixels of the longer side that are sent, and bytes from which a picture is made smaller. */
const SIDE_MAX = 2000;
const BYTES_MAX = 400_000;

/** A picture that goes over a telephone's line; what cannot be read goes as it is. */
export async function smaller(file: File): Promise<Blob> {
  try {
    const bitmap = await createImageBitmap(file);
    if (file.size < BYTES_MAX) return file;
    const scale = Math.min(1, SIDE_MAX / Math.max(bitmap.width, bitmap.height));
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    const canvas = h('canvas', { width, height });
    canvas.getContext('2d')!.drawImage(bitmap, 0, 0, width, height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.82));
    return blob && blob.size < file.size ? blob : file;
  } catch {
    return file;
  }
}

import type { Context } from 'hono';
import type { Env } from './auth.ts';

/** A stored file on its way to a reader who may have it. */
export interface FileAnswer {
  name: string;
  mime: string;
  bytes: number;
  /** The hash of its content, which never changes. */
  sha256: string;
  /** Shown in a page; anything else is saved by the browser and runs nowhere. */
  inline: boolean;
  open(): Promise<ReadableStream<Uint8Array>>;
}

/** RFC 8187: everything but letters, digits and a few marks is percent-encoded. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** RFC 6266: the name twice, for old readers in ASCII only. */
export function contentDisposition(name: string, inline: boolean): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/gu, '_');
  return `${inline ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${encoded(name)}`;
}

/**
 * Sends a file inert: of the type we made it, never sniffed, without scripts, for this site only.
 * The browser may keep it, but asks each time whether the reader still may. Parts of a file are not
 * served: a request with `Range` gets the whole.
 */
export async function sendFile(c: Context<Env>, file: FileAnswer): Promise<Response> {
  const etag = `"${file.sha256}"`;
  c.header('ETag', etag);
  c.header('Cache-Control', 'private, no-cache');
  c.header('Content-Security-Policy', "sandbox; default-src 'none'");
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Cross-Origin-Resource-Policy', 'same-origin');
  if (c.req.header('if-none-match') === etag) return c.body(null, 304);
  c.header('Content-Type', file.mime);
  c.header('Content-Length', String(file.bytes));
  c.header('Content-Disposition', contentDisposition(file.name, file.inline));
  c.header('Accept-Ranges', 'none');
  // A stream that nobody reads would keep its file open.
  if (c.req.method === 'HEAD') return c.body(null, 200);
  return c.body(await file.open(), 200);
}

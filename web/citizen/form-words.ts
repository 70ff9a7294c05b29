/** What a form that broke off says before its first file: our forms put their words first. */

/** The fields that came whole before the first file, as a form of their own. */
export function wordsOfForm(head: Uint8Array, contentType: string): Uint8Array<ArrayBuffer> {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  const border = `--${quoted ?? plain ?? ''}`;
  // One character per byte, so that places in the text are places in the bytes.
  const text = Buffer.from(head).toString('latin1');
  let at = text.startsWith(`${border}\r\n`) ? 0 : -1;
  while (at >= 0) {
    const next = text.indexOf(`\r\n${border}`, at + border.length);
    const headers = text.slice(at, text.indexOf('\r\n\r\n', at));
    if (next < 0 || /;\s*filename\*?=/i.test(headers)) break;
    at = next + 2;
  }
  return Buffer.concat([head.subarray(0, Math.max(at, 0)), Buffer.from(`${border}--\r\n`)]);
}

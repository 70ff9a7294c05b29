/** What a file is, how it is called, and who waits for a place: decided without any file. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { contentDisposition } from '../../src/platform/http/file.ts';
import { places } from '../../src/platform/limit.ts';
import {
  NAME_MAX,
  fileName,
  kindOf,
  mayReadAttachment,
} from '../../src/workorder/attachment.rules.ts';
import { ATTACHMENT_MIMES } from '../../src/workorder/schema.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');

describe('what a file is', () => {
  it.each([
    ['\xff\xd8\xff\xe0 JFIF', '', 'image/jpeg'],
    ['\x89PNG\r\n\x1a\n IHDR', '', 'image/png'],
    ['RIFF\x10\x00\x00\x00WEBPVP8 ', '', 'image/webp'],
    ['%PDF-1.7\n', 'startxref\n9\n%%EOF\n', 'application/pdf'],
    ['%PDF-2.0\n', '%%EOF', 'application/pdf'],
    // What only looks like one of them.
    ['\xff\xd8', '', null],
    ['\x89PNG\n\x1a\n', '', null],
    ['RIFF\x10\x00\x00\x00WAVEfmt ', '', null],
    ['%PDF-1.7\n', 'cut off here', null],
    [' %PDF-1.7\n', '%%EOF', null],
    ['%PDF-x', '%%EOF', null],
    ['<svg xmlns="http://www.w3.org/2000/svg">', '', null],
    ['<!doctype html>', '%%EOF', null],
    ['GIF89a', '', null],
    ['PK\x03\x04', '', null],
    ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', '', null],
    ['II*\x00', '', null],
    ['\x00\x00\x00\x18ftypheic', '', null],
    ['', '', null],
  ] as const)('%j … %j is %s', (head, tail, mime) => {
    expect(kindOf(latin(head), latin(tail))).toBe(mime);
  });
});

describe('how it is called', () => {
  it.each([
    ['照片.jpg', 'image/jpeg', '照片.jpg'],
    ['照片.JPEG', 'image/jpeg', '照片.jpeg'],
    ['照片.png', 'image/jpeg', '照片.png.jpg'],
    ['run.exe', 'application/pdf', 'run.exe.pdf'],
    ['index.html', 'image/webp', 'index.html.webp'],
    ['../../etc/passwd', 'image/png', 'passwd.png'],
    ['C:\\Users\\张三\\现场.png', 'image/png', '现场.png'],
    ['a\u202egpj.exe', 'image/jpeg', 'agpj.exe.jpg'],
    ['a\u0000b\nc\td\r.pdf', 'application/pdf', 'abcd.pdf'],
    ['a<b>:"|?*.png', 'image/png', 'a_b______.png'],
    ['  many   spaces  .pdf ', 'application/pdf', 'many spaces.pdf'],
    ['...', 'image/png', '附件.png'],
    ['.png', 'image/png', 'png.png'],
    ['', 'application/pdf', '附件.pdf'],
    ['dir/', 'application/pdf', '附件.pdf'],
    ['x'.repeat(300), 'image/png', `${'x'.repeat(76)}.png`],
  ] as const)('%j as %s is %j', (given, mime, name) => expect(fileName(given, mime)).toBe(name));

  it('whatever is given, the name is short, visible, of one part, and ends as its type', () => {
    const anything = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(anything, fc.constantFrom(...ATTACHMENT_MIMES), (given, mime) => {
        const name = fileName(given, mime);
        expect([...name].length).toBeLessThanOrEqual(NAME_MAX);
        expect(name).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}/\\<>:"|?*]+\.(jpe?g|png|webp|pdf)$/u);
        const header = contentDisposition(name, true);
        expect(header).toMatch(/^inline; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w%.~!&+$^`|#-]+$/); // prettier-ignore
        expect(decodeURIComponent(header.split("UTF-8''")[1]!)).toBe(name);
        new Headers({ 'content-disposition': header });
      }),
    );
  });
});

describe('who reads it', () => {
  const unit = 'unit-1';
  const file = {
    visibility: 'staff' as const,
    organizationId: unit,
    fromRequester: false,
    confidential: false,
    draftOf: null,
  };
  const center = { kind: 'staff' as const, center: true, reach: new Set<string>() };
  const own = { kind: 'staff' as const, center: false, reach: new Set([unit]) };
  const other = { kind: 'staff' as const, center: false, reach: new Set(['unit-2']) };
  const citizen = { kind: 'citizen' as const, center: false, reach: new Set<string>() };
  const readers = (f: Partial<Parameters<typeof mayReadAttachment>[0]>) =>
    Object.entries({ center, own, other, citizen })
      .filter(([, reader]) => mayReadAttachment({ ...file, ...f }, reader))
      .map(([name]) => name)
      .join(' ');

  it.each([
    [{ visibility: 'public' }, 'center own other citizen'],
    [{ visibility: 'staff' }, 'center own other'],
    [{ visibility: 'unit' }, 'own'],
    // Who brought a file of the centre is not therefore one of its readers.
    [{ visibility: 'center' }, 'center'],
    [{ visibility: 'staff', draftOf: unit }, 'own'],
    [{ visibility: 'public', draftOf: unit }, 'own'],
    [{ visibility: 'public', fromRequester: true, confidential: true }, 'center citizen'],
    [{ visibility: 'staff', fromRequester: true, confidential: true }, 'center'],
    [{ visibility: 'staff', fromRequester: true }, 'center own other'],
    [{ visibility: 'staff', confidential: true }, 'center own other'],
  ] as const)('%j: %s', (given, who) => expect(readers(given)).toBe(who));
});

describe('places', () => {
  it('gives so many at once, in the order they came, and refuses beyond', async () => {
    const enter = places(2, 2);
    const done: number[] = [];
    const open: (() => void)[] = [];
    let now = 0;
    let most = 0;
    const work = (n: number) =>
      enter(async () => {
        most = Math.max(most, (now += 1));
        await new Promise<void>((resolve) => open.push(resolve));
        now -= 1;
        done.push(n);
      });
    const all = [work(1), work(2), work(3), work(4)];
    await expect(work(5)).rejects.toMatchObject({ code: 'busy' });
    while (done.length < 4) {
      open.shift()?.();
      await Promise.resolve();
    }
    await Promise.all(all);
    expect(done).toEqual([1, 2, 3, 4]);
    expect(most).toBe(2);
  });
  it('a failure gives its place back', async () => {
    const enter = places(1, 5);
    await expect(enter(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await enter(async () => 'yes')).toBe('yes');
  });
});

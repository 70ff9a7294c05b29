import { describe, expect, it } from 'vitest';
import { KEY_ID, createCrypto, hashToken, newToken, sameText } from '../../src/platform/crypto.ts';

const KEY = Buffer.alloc(32, 1).toString('base64');
const OTHER = Buffer.alloc(32, 2).toString('base64');
const ROW = '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b';
const OTHER_ROW = '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2c';

describe('sealed fields', () => {
  const crypto = createCrypto(KEY);

  it.each(['13812344471', '陈建国', '', '𠮷野家', 'a\u0000b', '长'.repeat(2000)])(
    'round trip %#',
    (text) => {
      expect(crypto.open(crypto.seal(text, ROW), ROW)).toBe(text);
    },
  );

  it('the next process with the same key reads it; another key does not', () => {
    const sealed = crypto.seal('13812344471', ROW);
    expect(createCrypto(KEY).open(sealed, ROW)).toBe('13812344471');
    expect(() => createCrypto(OTHER).open(sealed, ROW)).toThrow();
  });

  it('is bound to its row: copied into another, it does not open', () => {
    const sealed = crypto.seal('13812344471', ROW);
    expect(() => crypto.open(sealed, OTHER_ROW)).toThrow();
    expect(() => crypto.open(sealed, '')).toThrow();
  });

  it('every changed byte is noticed', () => {
    const sealed = crypto.seal('13812344471', ROW);
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i] = changed[i]! ^ 1;
      expect(() => crypto.open(changed, ROW), `byte ${i}`).toThrow();
    }
  });

  it('what was cut or lengthened does not open', () => {
    const sealed = crypto.seal('13812344471', ROW);
    for (const length of [0, 11, 12, 20, 27, 28, sealed.length - 1]) {
      expect(() => crypto.open(sealed.subarray(0, length), ROW), `${length} bytes`).toThrow();
    }
    expect(() => crypto.open(Buffer.concat([sealed, Buffer.of(0)]), ROW)).toThrow();
  });

  it('the same text looks different each time and never shows', () => {
    const all = Array.from({ length: 200 }, () => crypto.seal('13812344471', ROW));
    expect(new Set(all.map((b) => b.toString('hex'))).size).toBe(200);
    expect(new Set(all.map((b) => b.subarray(0, 12).toString('hex'))).size).toBe(200);
    for (const b of all) expect(b.includes('13812344471')).toBe(false);
  });

  it('says which algorithm and key', () => expect(KEY_ID).toBe('aes-256-gcm/1'));
});

describe('mac', () => {
  const crypto = createCrypto(KEY);
  // prettier-ignore
  const PURPOSES = [
    'field', 'phone', 'query_code', 'rating_link', 'citizen_cookie', 'throttle',
  ] as const;

  it('is the same for the same, in every process', () => {
    expect(crypto.mac('phone', '13812344471')).toBe(crypto.mac('phone', '13812344471'));
    expect(createCrypto(KEY).mac('phone', '13812344471')).toBe(crypto.mac('phone', '13812344471'));
  });

  it('differs per purpose, per text and per key', () => {
    const macs = [
      ...PURPOSES.map((p) => crypto.mac(p, '13812344471')),
      ...PURPOSES.map((p) => crypto.mac(p, '13812344472')),
      ...PURPOSES.map((p) => createCrypto(OTHER).mac(p, '13812344471')),
    ];
    expect(new Set(macs).size).toBe(macs.length);
  });

  it('is 256 bits, fit for an address', () => {
    expect(crypto.mac('rating_link', ROW)).toMatch(/^[\w-]{43}$/);
  });
});

describe('tokens', () => {
  it('are 256 random bits, stored as a hash that does not lead back', () => {
    const tokens = Array.from({ length: 1000 }, newToken);
    expect(new Set(tokens).size).toBe(1000);
    for (const t of tokens) expect(t).toMatch(/^[\w-]{43}$/);
    expect(hashToken(tokens[0]!)).not.toBe(tokens[0]);
    expect(hashToken(tokens[0]!)).toBe(hashToken(tokens[0]!));
  });

  it('hashes are SHA-256 (FIPS 180-2, "abc")', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(Buffer.from(hashToken('abc'), 'base64url').toString('hex')).toBe(abc);
  });

  it('sameText compares all lengths without failing', () => {
    expect(sameText('', '')).toBe(true);
    expect(sameText('K7M2PQ', 'K7M2PQ')).toBe(true);
    expect(sameText('K7M2PQ', 'K7M2PR')).toBe(false);
    expect(sameText('K7M2PQ', 'K7M2P')).toBe(false);
    expect(sameText('é', 'e')).toBe(false);
  });
});

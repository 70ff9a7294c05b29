import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** Algorithm and key of a ciphertext, stored beside it so that both can be changed later. */
export const KEY_ID = 'aes-256-gcm/1';

/** Purposes of derived keys; a value made for one purpose is useless for another. */
type Purpose =
  | 'field'
  | 'phone'
  | 'query_code'
  | 'rating_link'
  | 'citizen_cookie'
  | 'citizen_form'
  | 'chat'
  | 'throttle'
  | 'request';

export interface Crypto {
  /** Encrypts a text, bound to the id of its row. */
  seal(text: string, rowId: string): Buffer;
  /** @throws when the ciphertext was made for another row or was changed. */
  open(sealed: Buffer, rowId: string): string;
  /** Keyed hash, base64url: for looking up telephones, and for values derived from an id. */
  mac(purpose: Purpose, text: string): string;
}

/** Everything secret of the platform, derived from SECRET_KEY (base64, at least 32 bytes). */
export function createCrypto(secretKey: string): Crypto {
  const root = Buffer.from(secretKey, 'base64');
  const key = (purpose: Purpose) =>
    Buffer.from(hkdfSync('sha256', root, 'hotline-12345', purpose, 32));
  const fieldKey = key('field');
  const macKeys = new Map<Purpose, Buffer>();
  const macKey = (p: Purpose) => macKeys.get(p) ?? (macKeys.set(p, key(p)), macKeys.get(p)!);
  return {
    seal(text, rowId) {
      const iv = randomBytes(12);
      const c = createCipheriv('aes-256-gcm', fieldKey, iv).setAAD(Buffer.from(rowId));
      const body = Buffer.concat([c.update(text, 'utf8'), c.final()]);
      return Buffer.concat([iv, c.getAuthTag(), body]);
    },
    open(sealed, rowId) {
      const d = createDecipheriv('aes-256-gcm', fieldKey, sealed.subarray(0, 12));
      d.setAAD(Buffer.from(rowId)).setAuthTag(sealed.subarray(12, 28));
      return Buffer.concat([d.update(sealed.subarray(28)), d.final()]).toString('utf8');
    },
    mac: (purpose, text) => createHmac('sha256', macKey(purpose)).update(text).digest('base64url'),
  };
}

/** 256 random bits for a session or a one-time link. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** What is stored of a token that has 256 random bits of its own. */
export const hashToken = (token: string): string =>
  createHash('sha256').update(token).digest('base64url');

/** Compares without telling by time where two texts differ. */
export const sameText = (a: string, b: string): boolean => {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
};

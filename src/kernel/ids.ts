import { randomBytes } from 'node:crypto';

/** Random bytes are drawn by the page: each draw is a call of the kernel, and an act needs dozens. */
const PAGE = 4_096;
let page = Buffer.alloc(0);
function random(length: number): Buffer {
  if (page.length < length) page = randomBytes(PAGE);
  const drawn = page.subarray(0, length);
  page = page.subarray(length);
  return drawn;
}

let lastMs = 0;
let lastSeq = 0;

/**
 * A UUID of version 7 (RFC 9562): 48 bits of real milliseconds, 12 bits that count inside a
 * millisecond, 62 random bits. Ids made by one process sort by creation.
 */
export function newId(realMs: number = performance.timeOrigin + performance.now()): string {
  let ms = Math.floor(realMs);
  if (ms > lastMs) lastSeq = random(2).readUInt16BE() & 0x3ff;
  else {
    ms = lastMs;
    lastSeq += 1;
    if (lastSeq > 0xfff) {
      ms += 1;
      lastSeq = 0;
    }
  }
  lastMs = ms;
  const b = random(16);
  b.writeUIntBE(ms, 0, 6);
  b[6] = 0x70 | (lastSeq >> 8);
  b[7] = lastSeq & 0xff;
  b[8] = 0x80 | (b[8]! & 0x3f);
  const h = b.toString('hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether the text is a lower-case UUID; anything else is answered as "not found". */
export const isId = (text: string): boolean => UUID.test(text);

/** Luhn digit over a string of decimal digits: catches any one wrong digit and most swaps. */
export function luhnDigit(digits: string): string {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    let d = digits.charCodeAt(digits.length - 1 - i) - 48;
    if (i % 2 === 0) d = d * 2 > 9 ? d * 2 - 9 : d * 2;
    sum += d;
  }
  return String((10 - (sum % 10)) % 10);
}

/** Order number: `yyyymmdd` of the city's day, five-digit daily sequence, Luhn digit (14 digits). */
export function orderNo(day: string, sequence: number): string {
  const body = day + String(sequence).padStart(5, '0');
  return body + luhnDigit(body);
}

/** An order number as people read it, `20260917-002975`: the day, then the rest. */
export const orderNoText = (no: string): string => `${no.slice(0, 8)}-${no.slice(8)}`;

/** Fewest digits of an order number; more only on a day of more than 99,999 orders. */
export const ORDER_NO_DIGITS = 14;

/** Whether digits can be an order number: date, five or more digits of sequence, right check digit. */
export const isOrderNo = (digits: string): boolean =>
  /^\d{14,16}$/.test(digits) && luhnDigit(digits.slice(0, -1)) === digits.slice(-1);

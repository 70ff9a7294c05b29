/**
 * What a provider sends in its own form: proved by its own recipe, said again in ours. Then it goes
 * through the same door as everybody's, so that it is counted, kept and re-driven like the rest.
 */
import { createHash } from 'node:crypto';
import { inWindow } from '../door/index.ts';
import { phone } from '../intake/schema.ts';
import { CITY_OFFSET_MS } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import { sameText } from '../platform/crypto.ts';
import { at, parsed, sign } from './provider.ts';
import type { Provider, Values } from './provider.ts';
import type { ProviderDescription } from './provider.schema.ts';
import type { InboundSms, SmsReceipt } from './sms.schema.ts';

/** A request as it came. */
export interface Foreign {
  body: string;
  header(name: string): string;
  query: Readonly<Record<string, string>>;
  /** Real time: their clock is outside too. */
  now: Date;
}

type Which = 'receipts' | 'inbound';
/** Messages in one push. */
const ITEMS_MAX = 500;

/** The fields of a form, or the JSON. @throws AppError `invalid_json`. */
function read(body: string, format: 'json' | 'form'): unknown {
  if (format === 'form') return Object.fromEntries(new URLSearchParams(body));
  return parsed(body) ?? fail('invalid_json');
}

/** @throws AppError `signature_refused` where it does not prove who sends. */
function prove(provider: Provider, which: Which, f: Foreign, json: unknown): void {
  const recipe = provider.description[which]!.signature;
  const value = (place: string): string => {
    const dot = place.indexOf('.');
    const [where, name] = [place.slice(0, dot), place.slice(dot + 1)];
    if (where === 'header') return f.header(name);
    if (where === 'query') return f.query[name] ?? '';
    const field = at(json, `/${name}`);
    return typeof field === 'string' || typeof field === 'number' ? String(field) : '';
  };
  const places = [...`${recipe.key} ${recipe.over}`.matchAll(/(?:header|query|field)\.[\w-]+/g)];
  const values: Values = {
    body: f.body,
    ...Object.fromEntries(Object.entries(provider.secrets).map(([k, v]) => [`secret.${k}`, v])),
    ...Object.fromEntries(places.map(([place]) => [place, value(place)])),
  };
  const fresh = recipe.timestamp === undefined || inWindow(value(recipe.timestamp), f.now);
  if (!sameText(sign(recipe, values), value(recipe.given)) || !fresh) fail('signature_refused');
}

/** The messages of a push. @throws AppError `signature_refused`, `invalid_json`, `invalid_input`. */
function items(provider: Provider, which: Which, f: Foreign): unknown[] {
  const d = provider.description[which]!;
  const json = read(f.body, d.format);
  prove(provider, which, f, json);
  const list = d.items === undefined ? [json] : at(json, d.items);
  if (!Array.isArray(list) || list.length > ITEMS_MAX) fail('invalid_input');
  return list;
}

const text = (item: unknown, pointer: string | undefined): string | undefined => {
  const value = pointer === undefined ? undefined : at(item, pointer);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
};

/**
 * An instant as providers write it: ISO, `2026-09-21 10:00:00` or its digits by the city's clock, or
 * Unix seconds or milliseconds; undefined for anything else.
 */
export function instantOf(said: string | undefined): string | undefined {
  if (said === undefined) return undefined;
  const local = /^(\d{4})-?(\d\d)-?(\d\d)[ T]?(\d\d):?(\d\d):?(\d\d)$/.exec(said);
  let ms = NaN;
  if (local) {
    const [, y, mo, d, h, mi, s] = local.map(Number);
    ms = Date.UTC(y!, mo! - 1, d, h, mi, s) - CITY_OFFSET_MS;
  } else if (/^\d{10}$/.test(said)) ms = Number(said) * 1000;
  else if (/^\d{13}$/.test(said)) ms = Number(said);
  else if (/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)$/.test(said)) ms = Date.parse(said);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** A message in our words with an id that is the same whenever it comes again. */
export interface Translated {
  id: string;
  body: string;
}
const translated = (message: object): Translated => {
  const body = JSON.stringify(message);
  return { id: createHash('sha256').update(body).digest('hex'), body };
};

const among = (list: readonly (string | number | boolean)[], value: unknown): boolean =>
  list.some((one) => one === value);
/** A code is kept only where it can be nothing but a code. */
const code = (said: string | undefined): string =>
  /^[\w.:\- ]{1,60}$/.test(said ?? '') ? said! : '';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function foreignReceipts(provider: Provider, f: Foreign): Translated[] {
  const d = provider.description.receipts!;
  return items(provider, 'receipts', f).map((item) => {
    const state = at(item, d.fields.state);
    const id = text(item, d.fields.id);
    const receipt: Partial<SmsReceipt> = {
      // Somebody else's id in that place is none of ours.
      ...(id && UUID.test(id) && { id }),
      ...(text(item, d.fields.providerId) && { providerId: text(item, d.fields.providerId) }),
      state: stateOf(d, state),
      code: code(text(item, d.fields.code)),
      ...(instantOf(text(item, d.fields.at)) && { at: instantOf(text(item, d.fields.at)) }),
    } as Partial<SmsReceipt>;
    return translated(receipt);
  });
}

const stateOf = (
  d: NonNullable<ProviderDescription['receipts']>,
  said: unknown,
): SmsReceipt['state'] =>
  among(d.delivered, said) ? 'delivered' : among(d.submitted, said) ? 'submitted' : 'undelivered';

export function foreignInbound(provider: Provider, f: Foreign): Translated[] {
  const { fields } = provider.description.inbound!;
  return items(provider, 'inbound', f).map((item) => {
    const said = {
      from: text(item, fields.from) ?? '',
      text: text(item, fields.text) ?? '',
      at: text(item, fields.at) ?? '',
    };
    const from = phone.safeParse(said.from);
    const message: InboundSms = {
      // Without an id of its own a message is what was said, by whom and when.
      messageId: text(item, fields.messageId) ?? translated(said).id,
      from: from.success ? from.data : said.from,
      to: text(item, fields.to) ?? '',
      text: said.text,
      // A provider that names no instant speaks of now, to the minute: it comes again soon or never.
      at:
        instantOf(said.at) ?? new Date(Math.floor(f.now.getTime() / 60_000) * 60_000).toISOString(),
    };
    // The provider's id is the door's: another instant told later makes no other message.
    return { ...translated(message), id: translated({ id: message.messageId }).id };
  });
}

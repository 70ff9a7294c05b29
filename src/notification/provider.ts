/** From a description to a request and back: pure, but for the hashes. */
import { createHash, createHmac } from 'node:crypto';
import { CITY_OFFSET_MS } from '../kernel/clock.ts';
import type { ProviderDescription, SignatureRecipe } from './provider.schema.ts';
import type { DeliveryKind } from './rules.ts';

/** A description with the secrets it names. */
export interface Provider {
  description: ProviderDescription;
  secrets: Readonly<Record<string, string>>;
}

/** A message with everything a template may ask for. */
export interface Composed {
  id: string;
  to: string;
  text: string;
  kind: DeliveryKind;
  /** Values of `notice.<kind>`, for templates of the provider. */
  values: Readonly<Record<string, string | number>>;
  /** The real instant of this try: providers refuse old timestamps. */
  at: Date;
}

export interface ProviderRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

export type Values = Readonly<Record<string, string>>;

/** RFC 3986: everything but letters, digits and `-_.~`. */
const percent = (s: string): string =>
  encodeURIComponent(s).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const FILTERS: Record<string, (s: string) => string> = {
  url: percent,
  json: (s) => JSON.stringify(s).slice(1, -1),
  base64: (s) => Buffer.from(s).toString('base64'),
  upper: (s) => s.toUpperCase(),
  lower: (s) => s.toLowerCase(),
};

const PLACE = /\{\{|\}\}|\{([\w.-]+)((?:\|\w+)*)\}|[{}]/g;

/** Names and filters of a template that nobody knows; a brace that opens nothing is one too. */
export function faultsOf(template: string, known: (name: string) => boolean): string[] {
  return [...template.matchAll(PLACE)].flatMap(([whole, name, filters = '']) => {
    if (whole === '{{' || whole === '}}') return [];
    if (name === undefined) return [`a single ${whole}: write ${whole}${whole}`];
    const strange = filters.split('|').filter((f) => f !== '' && !(f in FILTERS));
    return [
      ...(known(name) ? [] : [`unknown place {${name}}`]),
      ...strange.map((f) => `unknown filter |${f}`),
    ];
  });
}

/** Puts values into their places. */
export const fill = (template: string, values: Values): string =>
  template.replace(PLACE, (whole: string, name: string | undefined, filters: string) => {
    if (name === undefined) return whole[0]!;
    let value = values[name] ?? '';
    for (const f of (filters ?? '').split('|')) if (f) value = FILTERS[f]!(value);
    return value;
  });

/** Places of outgoing templates besides `secret.<name>`. */
export const SEND_PLACES = [
  'id', 'to', 'text', 'kind', 'sign_name', 'template_id', 'template_params', 'timestamp',
  'timestamp_ms', 'iso', 'datetime', 'nonce', 'params', 'body', 'signature', 'params_object',
  'params_list',
] as const; // prettier-ignore

export function sign(recipe: SignatureRecipe, values: Values): string {
  const over = fill(recipe.over, values);
  if (recipe.algorithm === 'plain') return over;
  const hmac = /^hmac-(sha256|sha1)$/.exec(recipe.algorithm)?.[1];
  const hash = hmac ? createHmac(hmac, fill(recipe.key, values)) : createHash(recipe.algorithm);
  const digest = hash.update(over, 'utf8');
  if (recipe.encoding === 'base64') return digest.digest('base64');
  const hex = digest.digest('hex');
  return recipe.encoding === 'HEX' ? hex.toUpperCase() : hex;
}

const SIGNATURE = '{signature';
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Fills the texts of any JSON; a text that is one of two places alone becomes the parameters. */
function fillJson(json: Json, values: Values, params: Record<string, string>): Json {
  if (json === '{params_object}') return params;
  if (json === '{params_list}') return Object.values(params);
  if (typeof json === 'string') return fill(json, values);
  if (Array.isArray(json)) return json.map((j) => fillJson(j, values, params));
  if (json === null || typeof json !== 'object') return json;
  return Object.fromEntries(Object.entries(json).map(([k, j]) => [k, fillJson(j, values, params)]));
}

type Fields = Record<string, string>;
const fillAll = (fields: Fields, values: Values): Fields =>
  Object.fromEntries(Object.entries(fields).map(([k, t]) => [k, fill(t, values)]));
const unsigned = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, t]) => !t.includes(SIGNATURE)));
const encoded = (fields: Fields): string =>
  Object.entries(fields)
    .map(([k, v]) => `${percent(k)}=${percent(v)}`)
    .join('&');
/** By code units, as every signature scheme sorts. */
const sorted = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)));

const secretsOf = (secrets: Provider['secrets']): Fields =>
  Object.fromEntries(Object.entries(secrets).map(([k, v]) => [`secret.${k}`, v]));

/** Yyyymmddhhmmss in the city. */
const cityStamp = (at: Date): string =>
  new Date(at.getTime() + CITY_OFFSET_MS).toISOString().replace(/\D/g, '').slice(0, 14);

/** A refusal after which no further try helps. */
export class Refused extends Error {}

/** The parameters of the provider's template for this kind; none where it goes out as its words. */
function paramsOf(d: ProviderDescription, sms: Composed): { id: string; params: Fields } {
  const chosen = d.templates[sms.kind];
  if (!chosen) {
    if (!d.plainText) throw new Refused(`no template for ${sms.kind}`);
    return { id: '', params: {} };
  }
  const own = Object.entries(sms.values).map(([k, v]) => [k, String(v)]);
  return { id: chosen.id, params: fillAll(chosen.params, { ...Object.fromEntries(own), text: sms.text }) }; // prettier-ignore
}

/** The request that sends one message. @throws Refused where its kind has no template and needs one. */
export function requestOf({ description: d, secrets }: Provider, sms: Composed): ProviderRequest {
  const { id: templateId, params } = paramsOf(d, sms);
  const { send } = d;
  const base: Fields = {
    ...secretsOf(secrets),
    id: sms.id,
    to: sms.to,
    text: sms.text,
    kind: sms.kind,
    sign_name: d.signName,
    template_id: templateId,
    template_params: JSON.stringify(params),
    timestamp: String(Math.floor(sms.at.getTime() / 1000)),
    timestamp_ms: String(sms.at.getTime()),
    iso: `${sms.at.toISOString().slice(0, 19)}Z`,
    datetime: cityStamp(sms.at),
    // Another one on every try, or a second try would be taken for a replay.
    nonce: `${sms.id}-${sms.at.getTime()}`,
  };
  const form = send.form ?? {};
  const bodyOf = (values: Fields): string | undefined => {
    const plain = send.json !== undefined ? JSON.stringify(fillJson(send.json as Json, values, params))
      : send.form ? encoded(fillAll(send.form, values)) : undefined; // prettier-ignore
    return plain !== undefined && send.bodyBase64 ? Buffer.from(plain).toString('base64') : plain;
  };
  const signing = {
    ...base,
    params: encoded(sorted(fillAll(unsigned({ ...send.query, ...form }), base))),
    // What carries the signature itself cannot be signed.
    body: JSON.stringify([send.json ?? null, form]).includes(SIGNATURE) ? '' : (bodyOf(base) ?? ''),
  };
  const values = { ...signing, signature: send.signature ? sign(send.signature, signing) : '' };
  const query = encoded(fillAll(send.query, values));
  const url = fill(send.url, values);
  return {
    method: send.method,
    url: query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`,
    headers: { ...contentType(d), ...fillAll(send.headers, values) },
    body: bodyOf(values),
  };
}

const contentType = ({ send }: ProviderDescription): Fields => {
  if (send.json !== undefined) return { 'Content-Type': 'application/json' };
  return send.form ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {};
};

/** The value at a JSON pointer; undefined where there is none. */
export function at(json: unknown, pointer: string): unknown {
  if (pointer === '') return json;
  let here: unknown = json;
  for (const raw of pointer.slice(1).split('/')) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (here === null || typeof here !== 'object' || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}

/** A code that may be shown and kept: nothing long, nothing that could be somebody's words. */
const codeOf = (value: unknown): string => {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return /^[\w.:-]{1,60}$/.test(text) ? text : '';
};

/** Whether an answer has to be read at all. */
export const readsAnswer = ({ send }: ProviderDescription): boolean =>
  send.success.pointer !== undefined ||
  send.messageId !== undefined ||
  send.errorCode !== undefined;

/**
 * What the provider's answer means.
 * @returns the provider's own id of the message, where it gave one.
 * @throws Error where it was not taken, Refused where it never will be; neither holds personal data.
 */
export function taken(
  d: ProviderDescription,
  status: number,
  body: string,
): { providerId?: string } {
  const { success, messageId, errorCode, never } = d.send;
  const json = readsAnswer(d) ? parsed(body) : undefined;
  const code = errorCode === undefined ? '' : codeOf(at(json, errorCode));
  if (code !== '' && never.includes(code)) throw new Refused(`gateway refused ${code}`);
  const good = success.status ? success.status.includes(status) : status >= 200 && status < 300;
  if (!good) throw new Error(`gateway answered ${status}${code && ` ${code}`}`);
  if (success.pointer !== undefined) {
    if (json === undefined) throw new Error('gateway answered nonsense');
    const value = at(json, success.pointer);
    if (!success.equals!.some((e) => e === value))
      throw new Error(`gateway refused ${code}`.trim());
  }
  const id = messageId === undefined ? undefined : at(json, messageId);
  const given = typeof id === 'string' || typeof id === 'number' ? String(id) : '';
  return given !== '' && given.length <= 120 ? { providerId: given } : {};
}

/** Undefined for what is no JSON. */
export function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** The generic gateway: POST of `{ id, to, text }`, the id as Idempotency-Key; any 2xx means taken. */
export const genericDescription = (url: string, hasToken: boolean): unknown => ({
  name: 'generic',
  secrets: hasToken ? { token: 'SMS_GATEWAY_TOKEN' } : {},
  send: {
    url: url.replaceAll('{', '{{').replaceAll('}', '}}'),
    headers: {
      'Idempotency-Key': '{id}',
      ...(hasToken && { Authorization: 'Bearer {secret.token}' }),
    },
    json: { id: '{id}', to: '{to}', text: '{text}' },
  },
});

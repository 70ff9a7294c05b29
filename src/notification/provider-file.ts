/** Reading a provider's description: everything that is wrong with it at once, before anything starts. */
import { readFileSync } from 'node:fs';
import { ConfigError } from '../platform/config.ts';
import { SEND_PLACES, faultsOf, genericDescription, parsed } from './provider.ts';
import type { Provider } from './provider.ts';
import { providerDescription } from './provider.schema.ts';
import type { ProviderDescription } from './provider.schema.ts';
import { DELIVERY_KINDS } from './rules.ts';

const FILE_MAX = 256 * 1024;
/** Reads one setting of the environment by its name. */
type Setting = (name: string) => string | undefined;

/** Every template of the sending side with the place where it stands. */
function sendTemplates({ send }: ProviderDescription): [string, string][] {
  const json = (value: unknown, path: string): [string, string][] => {
    if (typeof value === 'string') return [[path, value]];
    if (value === null || typeof value !== 'object') return [];
    return Object.entries(value).flatMap(([k, v]) => json(v, `${path}.${k}`));
  };
  return [
    ['send.url', send.url],
    ...json(send.query, 'send.query'),
    ...json(send.headers, 'send.headers'),
    ...json(send.form, 'send.form'),
    ...json(send.json, 'send.json'),
    ...json(
      send.signature && { key: send.signature.key, over: send.signature.over },
      'send.signature',
    ),
  ];
}

function faultsIn(d: ProviderDescription): string[] {
  const isSecret = (name: string) =>
    name.startsWith('secret.') && Object.hasOwn(d.secrets, name.slice(7));
  const places: readonly string[] = SEND_PLACES;
  const faults = sendTemplates(d).flatMap(([path, text]) =>
    faultsOf(text, (name) => places.includes(name) || isSecret(name)).map((f) => `${path}: ${f}`),
  );
  const { send } = d;
  if (send.form && send.json !== undefined) faults.push('send: form or json, not both');
  if (send.method === 'GET' && (send.form || send.json !== undefined))
    faults.push('send: GET has no body');
  const signed = sendTemplates(d).some(([, text]) => text.includes('{signature'));
  if (signed !== (send.signature !== undefined)) {
    faults.push('send.signature: a recipe and a place {signature} belong together');
  }
  if (send.signature?.algorithm === 'plain')
    faults.push('send.signature: plain is for what comes in');
  if (!d.plainText) {
    const missing = DELIVERY_KINDS.filter((kind) => !d.templates[kind]);
    if (missing.length > 0) faults.push(`templates: plainText is false and these kinds have none: ${missing.join(', ')}`); // prettier-ignore
  }
  if ((d.receipts ?? d.inbound) && !d.door) faults.push('door: receipts and inbound need a source');
  return [...faults, ...incomingFaults(d, isSecret)];
}

/** Places of what comes in: its body, headers, query and fields. */
const INCOMING = /^(?:body|(?:header|query|field)\.[\w-]+)$/;

function incomingFaults(d: ProviderDescription, isSecret: (name: string) => boolean): string[] {
  return (['receipts', 'inbound'] as const).flatMap((which) => {
    const recipe = d[which]?.signature;
    if (!recipe) return [];
    const known = (name: string) => INCOMING.test(name) || isSecret(name);
    const faults = [recipe.key, recipe.over].flatMap((t) => faultsOf(t, known));
    // A proof that needs nothing secret is none.
    if (!`${recipe.key} ${recipe.over}`.includes('{secret.')) faults.push('proves nothing without a secret'); // prettier-ignore
    if (recipe.algorithm.startsWith('hmac') && recipe.key === '')
      faults.push('an HMAC needs a key');
    return faults.map((f) => `${which}.signature: ${f}`);
  });
}

/**
 * Checks a description and finds its secrets.
 * @throws ConfigError with all faults at once; never with the value of a secret.
 */
export function describeProvider(raw: unknown, setting: Setting): Provider {
  const read = providerDescription.safeParse(raw);
  if (!read.success) {
    throw new ConfigError(
      read.error.issues.map(
        (i) => `SMS_PROVIDER_FILE: ${i.path.join('.') || '(file)'}: ${i.message}`,
      ),
    );
  }
  const d = read.data;
  const faults = faultsIn(d);
  const secrets = Object.entries(d.secrets).map(([name, variable]) => {
    const value = setting(variable);
    if (!value) faults.push(`secrets.${name}: ${variable} is not set`);
    return [name, value ?? ''] as const;
  });
  if (faults.length > 0) throw new ConfigError(faults.map((f) => `SMS_PROVIDER_FILE: ${f}`));
  return { description: d, secrets: Object.fromEntries(secrets) };
}

/** The provider that a file describes. @throws ConfigError. */
export function readProvider(file: string, setting: Setting): Provider {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`SMS_PROVIDER_FILE: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`]); // prettier-ignore
  }
  const raw = text.length > FILE_MAX ? undefined : parsed(text);
  if (raw === undefined) throw new ConfigError(['SMS_PROVIDER_FILE: no JSON']);
  return describeProvider(raw, setting);
}

/** The plain gateway as a description like any other. */
export const genericProvider = (url: string, token: string | undefined): Provider =>
  describeProvider(genericDescription(url, token !== undefined), () => token);

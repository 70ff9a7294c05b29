import { genericProvider } from './provider-file.ts';
import { readsAnswer, requestOf, taken } from './provider.ts';
import type { Composed, Provider, ProviderRequest } from './provider.ts';
import { SEND_TIMEOUT_SECONDS } from './rules.ts';

/** A message for one telephone; `id` is the same on every try, so that the gateway sends it once. */
export interface Sms {
  id: string;
  to: string;
  text: string;
}
/** What a provider with templates of its own needs beside the words. */
export type About = Omit<Composed, keyof Sms>;

/**
 * Sends one message.
 * @returns the provider's own id of it, where it gives one.
 * @throws an error whose message holds no personal data; `Refused` where no further try helps.
 */
export type Gateway = (sms: Sms, about: About) => Promise<void | { providerId?: string }>;

/** Most bytes of an answer that are read. */
const ANSWER_MAX = 64 * 1024;

/** Reads an answer up to its bound. @throws Error where it is longer. */
async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (!next || next.done) return Buffer.concat(chunks).toString('utf8');
    size += next.value.length;
    if (size > ANSWER_MAX) {
      await reader!.cancel().catch(() => {});
      throw new Error('gateway answered too much');
    }
    chunks.push(next.value);
  }
}

async function ask(
  request: ProviderRequest,
  timeoutSeconds: number,
  reads: boolean,
): Promise<{ status: number; body: string }> {
  const { url, method, headers, body } = request;
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      // A message goes to whom the description names, and to nobody it points at.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    if (!reads) await response.body?.cancel();
    return { status: response.status, body: reads ? await bounded(response) : '' };
  } catch (error) {
    const { name, message } = error as Error;
    if (message.startsWith('gateway ')) throw error;
    throw new Error(name === 'TimeoutError' ? 'gateway timeout' : 'gateway unreachable');
  }
}

/** A gateway as its description says. */
export const providerGateway =
  (provider: Provider): Gateway =>
  async (sms, about) => {
    const { description } = provider;
    const { timeoutSeconds } = description.send;
    const request = requestOf(provider, { ...about, ...sms });
    const answer = await ask(request, timeoutSeconds, readsAnswer(description));
    return taken(description, answer.status, answer.body);
  };

/**
 * A generic HTTP provider: POST of `{ id, to, text }` with the id as Idempotency-Key; any 2xx means
 * that the message was taken.
 */
export function httpGateway(
  url: string,
  token: string | undefined,
  timeoutSeconds = SEND_TIMEOUT_SECONDS,
): Gateway {
  const provider = genericProvider(url, token);
  const { description } = provider;
  return providerGateway({
    ...provider,
    description: { ...description, send: { ...description.send, timeoutSeconds } },
  });
}

/** Where no provider is configured: every try fails visibly instead of pretending. */
export const noGateway: Gateway = async () => {
  throw new Error('no SMS gateway configured');
};

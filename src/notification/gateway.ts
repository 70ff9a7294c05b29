/** A message for one telephone; `id` is the same on every try, so that the gateway sends it once. */
export interface Sms {
  id: string;
  to: string;
  text: string;
}

/** Sends one message. @throws an error whose message holds no personal data. */
export type Gateway = (sms: Sms) => Promise<void>;

/**
 * A generic HTTP provider: POST of `{ id, to, text }` with the id as Idempotency-Key; any 2xx means
 * that the message was taken.
 */
export function httpGateway(
  url: string,
  token: string | undefined,
  timeoutSeconds: number,
): Gateway {
  return async (sms) => {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': sms.id,
        ...(token && { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(sms),
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    }).catch((error: Error) => {
      throw new Error(error.name === 'TimeoutError' ? 'gateway timeout' : 'gateway unreachable');
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`gateway answered ${response.status}`);
  };
}

/** Where no provider is configured: every try fails visibly instead of pretending. */
export const noGateway: Gateway = async () => {
  throw new Error('no SMS gateway configured');
};

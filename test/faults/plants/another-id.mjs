// A planted bug: every try of a message goes out under an id of its own, so that the gateway cannot tell.
import { randomUUID } from 'node:crypto';

const { fetch } = globalThis;

globalThis.fetch = (url, init) => {
  if (!String(init?.body).startsWith('{"id":')) return fetch(url, init);
  const id = randomUUID();
  const headers = { ...init.headers, 'Idempotency-Key': id };
  return fetch(url, { ...init, headers, body: JSON.stringify({ ...JSON.parse(init.body), id }) });
};

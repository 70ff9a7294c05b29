/** The wire between the demo's switch and the platform: signed both ways with the secret of one source. */
import { HEADERS, demoDoorSecret, inWindow, signatureOf, signedHeaders } from '../door/index.ts';
import { sameText } from '../platform/crypto.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { realNow } from './switch.store.ts';
import type { Platform } from './switch.ts';

/** The name under which the demo's switch knocks. */
const SOURCE = 'demo-switch';
/** The name under which the platform commands a switch. */
const COMMANDER = 'hotline';
/** Where recordings lie below the switch's own address. */
export const RECORDINGS_PATH = '/demo/recordings';
/** Where the switch takes commands. */
export const COMMANDS_PATH = '/demo/switch/commands';
const ANSWER_MAX_MS = 5_000;

type Fetcher = (url: string, init: RequestInit) => Response | Promise<Response>;

/** @param fetcher Sends a request to the platform: the network or, in a test, the app itself. */
export function platformAt(deps: Deps, base: string, fetcher: Fetcher = fetch): Platform {
  return {
    recordings: base + RECORDINGS_PATH,
    async knock(path, messageId, message) {
      const body = JSON.stringify(message);
      const at = await realNow(deps.db);
      const secret = demoDoorSecret(deps.crypto, SOURCE);
      const headers = signedHeaders(secret, { source: SOURCE, id: messageId, body, at });
      const signal = AbortSignal.timeout(ANSWER_MAX_MS);
      try {
        const response = await fetcher(base + path, { method: 'POST', headers, body, signal });
        if (response.ok) return await response.json();
        deps.log.warn({ path, status: response.status }, 'the demo switch was refused');
      } catch (error) {
        deps.log.warn({ path, err: error }, 'the demo switch was not heard');
      }
      return null;
    },
  };
}

/** Whether a command comes from the platform, as any switch would find out. */
export async function isCommanded(
  deps: Deps,
  header: (name: string) => string | undefined,
  body: string,
): Promise<boolean> {
  const timestamp = header(HEADERS.timestamp) ?? '';
  if (header(HEADERS.source) !== COMMANDER) return false;
  if (!inWindow(timestamp, await realNow(deps.db))) return false;
  const secret = demoDoorSecret(deps.crypto, SOURCE);
  const due = signatureOf(secret, timestamp, header(HEADERS.id) ?? '', body);
  return sameText(header(HEADERS.signature) ?? '', due);
}

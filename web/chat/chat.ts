/** The chat without its looks: session, messages in their order, what is still to be sent. */
import { openLine } from './socket.ts';
import type { Line } from './socket.ts';

export interface Message {
  seq: number;
  id: string;
  side: 'citizen' | 'operator' | 'system';
  kind: 'text' | 'image' | 'order' | 'answer' | 'notice';
  text: string;
  imageUrl: string | null;
  at: string;
}

/** Something of the citizen's that the server has not confirmed. */
export interface Unsent {
  id: string;
  text: string;
  file?: Blob;
  /** Why it was not taken; not there while it is on its way. */
  failed?: string;
}

export interface View {
  chatId: string;
  state: 'waiting' | 'away' | 'open' | 'ended' | 'left_message';
  /** Why nobody is there just now. */
  away: string | null;
  position: number | null;
  expectedWaitSeconds: number | null;
  lastSeq: number;
  orders: { orderNo: string; queryCode: string }[];
  rating: unknown;
}

/** What this page remembers; without storage it is forgotten with the page. */
interface Kept {
  clientId: string;
  token?: string;
  unsent: Unsent[];
  /** Up to which message the citizen has read. */
  seen?: number;
}

/** Name of what is kept in the page's own storage. */
const KEY = 'hotline-chat';
/** Milliseconds between two looks: with a line, without one, without one in a hidden page. */
const UP_MS = 30_000;
const DOWN_MS = 3000;
const HIDDEN_MS = 15_000;
/** Milliseconds that “is typing” stands without being said again, and between two times we say it. */
const TYPING_MS = 4000;
const TYPING_EVERY_MS = 2000;

/** A random id also where a page came over plain http, which has no randomUUID: blobs are named by one. */
const newId = () => URL.createObjectURL(new Blob()).slice(-36);

/** The status with which the server refused; undefined where it was not reached. */
export const refusal = (e: unknown) => (e as Error).cause as number | undefined;

/** @param changed draws everything anew. */
export function openChat(origin: string, language: string, changed: () => void) {
  let view: View | null = null;
  let messages: Message[] = [];
  let isOffline = false;
  let kept = read() ?? { clientId: newId(), unsent: [] };
  let line: Line | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let typingTimer: ReturnType<typeof setTimeout> | undefined;
  let looking: Promise<void> | undefined;
  let isStale = false;
  let isSending = false;
  let typedAt = 0;
  let isTyping = false;

  function read(): Kept | undefined {
    try {
      return JSON.parse(localStorage[KEY]);
    } catch {
      return undefined;
    }
  }

  /** Files are not kept: a page that is loaded again asks for them again. */
  function keep(): void {
    try {
      localStorage[KEY] = JSON.stringify({ ...kept, unsent: kept.unsent.filter((u) => !u.file) });
    } catch {
      /* storage is blocked: works without */
    }
  }

  function forget(next: Kept): void {
    hangUp();
    clearTimeout(timer);
    view = null;
    messages = [];
    kept = next;
  }

  function hangUp(): void {
    line?.close();
    line = undefined;
  }

  function offline(is: boolean): void {
    if (isOffline === is) return;
    isOffline = is;
    changed();
  }

  /** @param path from within the session. @param id of the message that a picture is. */
  async function call(path: string, body?: object, id?: string) {
    const isFile = body instanceof Blob;
    const type = isFile ? body.type : 'application/json';
    const answer = await fetch(new URL(path, `${origin}/chat/v1/sessions/current/`), {
      method: body ? 'POST' : 'GET',
      credentials: 'omit',
      headers: {
        'Accept-Language': language,
        ...(kept.token && { Authorization: `Bearer ${kept.token}` }),
        ...(body && { 'Content-Type': type }),
        ...(id && { 'X-Message-Id': id }),
      },
      ...(body && { body: isFile ? body : JSON.stringify(body) }),
    });
    if (answer.ok && answer.headers.get('content-type')?.startsWith('image')) return answer.blob();
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.title, { cause: answer.status });
    return said;
  }

  /** Opens a session; asked twice with the same client id it is one. */
  async function begin(said: object): Promise<void> {
    keep();
    const page = location.origin;
    const made = await call('../../sessions', { clientId: kept.clientId, language, page, ...said });
    kept.token = made.token;
    keep();
    await resume();
  }

  /** Goes on where this browser was. */
  function resume(): Promise<void> | void {
    if (!kept.token) return changed();
    line ??= openLine(origin, kept.token, ({ typing: is }) => (is ? types(true) : void look()));
    return look();
  }

  /** Leaves what is over behind. */
  function restart(): void {
    forget({ clientId: newId(), unsent: [] });
    keep();
    changed();
  }

  /** Nobody types for ever: whoever stopped without a word stops here too. */
  function types(is: boolean): void {
    isTyping = is;
    clearTimeout(typingTimer);
    if (is) typingTimer = setTimeout(types, TYPING_MS, false);
    changed();
  }

  /** Fetches what is new. Calls that come meanwhile make it look once more, never twice at a time. */
  function look(): Promise<void> {
    isStale = true;
    return (looking ??= lookOn().finally(() => (looking = undefined)));
  }

  async function lookOn(): Promise<void> {
    while (isStale && kept.token) {
      isStale = false;
      const of = kept;
      let status: number | undefined = 200;
      try {
        await update(of);
      } catch (e) {
        status = refusal(e);
        // The session is not known any more.
        if (status === 401 && of === kept) restart();
      }
      // What was asked before the network went says nothing of now.
      if (!isStale) offline(!status);
    }
    if (!kept.token) return;
    // What is over changes no more. A line may seem to stand long after its network went.
    const isUp = line?.isUp() && !isOffline;
    if (!isOver()) lookIn(isUp ? UP_MS : document.hidden ? HIDDEN_MS : DOWN_MS);
    void pump();
    changed();
  }

  function lookIn(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(look, ms);
  }

  const isOver = () => view?.state === 'ended' || view?.state === 'left_message';

  async function update(of: Kept): Promise<void> {
    const now: View = await call('../current');
    let after = messages.at(-1)?.seq ?? 0;
    while (after < now.lastSeq) {
      const page = await call(`messages?after=${after}`);
      if (of !== kept || !page.messages[0]) return;
      messages.push(...page.messages);
      isTyping = false;
      after = messages.at(-1)!.seq;
    }
    if (of !== kept) return;
    view = now;
    if (isOver()) {
      hangUp();
      kept.unsent = [];
    }
    // What came back in the transcript is not on its way any more.
    kept.unsent = kept.unsent.filter((u) => !messages.some((m) => m.id === u.id));
    keep();
  }

  function say(text: string, file?: Blob): void {
    kept.unsent.push({ id: newId(), text, ...(file && { file }) });
    keep();
    changed();
    void pump();
  }

  function again(one: Unsent): void {
    delete one.failed;
    changed();
    void pump();
  }

  /** Sends one after the other; the id makes a second try the same message. */
  async function pump(): Promise<void> {
    if (isSending || !kept.token) return;
    isSending = true;
    let one: Unsent | undefined;
    while ((one = kept.unsent.find((u) => u.failed == null))) {
      try {
        await post(one);
        await look();
        kept.unsent = kept.unsent.filter((u) => u !== one);
      } catch (e) {
        const status = refusal(e);
        // That it is back is only said by a look begun since.
        if (!status) offline(true);
        // Who could not be served stays on the way, before what was said after it.
        if (!(status! < 500)) {
          lookIn(DOWN_MS);
          break;
        }
        one.failed = (e as Error).message;
      }
      keep();
      changed();
    }
    isSending = false;
  }

  const post = ({ id, text, file }: Unsent): Promise<unknown> =>
    file ? call('images', file, id) : call('messages', { id, text });

  function typing(): void {
    const now = performance.now();
    if (now - typedAt < TYPING_EVERY_MS) return;
    typedAt = now;
    line?.typing();
  }

  function seen(): void {
    const seq = messages.at(-1)?.seq ?? 0;
    if (!view || seq <= (kept.seen ?? 0)) return;
    kept.seen = seq;
    keep();
    call('seen', { seq }).catch(() => {});
  }

  // Named once: this file is counted in bytes.
  const on = addEventListener;
  on('storage', (e) => {
    const other = e.key === KEY && read();
    if (!other) return;
    kept.seen = other.seen ?? 0;
    if (other.token === kept.token) return changed();
    // Another tab began or ended: this one shows the same.
    forget(other);
    void resume();
  });
  on('online', look);
  on('offline', () => {
    offline(true);
    void look();
  });
  on('visibilitychange', () => document.hidden || look(), true);

  return {
    now: () => ({
      view,
      messages,
      isTyping,
      isOffline,
      unsent: kept.unsent,
      isKnown: !!kept.token,
    }),
    unread: () => messages.filter((m) => m.seq > (kept.seen ?? 0) && m.side === 'operator').length,
    /** What the citizen said in words so far. */
    said: () => messages.flatMap((m) => (m.side === 'citizen' && m.text) || []).join('\n'),
    origin,
    call,
    begin,
    resume,
    restart,
    look,
    say,
    again,
    typing,
    seen,
  };
}

export type Chat = ReturnType<typeof openChat>;

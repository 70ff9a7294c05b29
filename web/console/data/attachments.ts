/** Files on their way to the platform: one request for each, with its progress, and taking one back. */
import { useEffect, useRef, useState } from 'react';
import { ATTACHMENT_MAX, ATTACHMENT_MIMES } from '../../../src/contract.ts';
import type { AttachmentView, OrderDetail } from '../../../src/workorder/schema.ts';
import { languageStore } from '../lib/prefs.ts';
import { newKey } from '../lib/random.ts';
import { useWords } from '../lib/text.ts';
import { call } from './client.ts';
import { asProblem, Problem, problemOf } from './problem.ts';

/** A photo over a weak line takes its time; after this nothing more is to be expected. */
const UPLOAD_LIMIT_MS = 10 * 60_000;

interface Way {
  /** The same file keeps its key, so that a repeated try does not store it twice. */
  key: string;
  signal: AbortSignal;
  onProgress: (sent: number) => void;
}

/** Sends one file. @throws Problem; nothing is thrown that `signal` asked for. */
export const upload = (file: File, way: Way): Promise<AttachmentView> =>
  new Promise((resolve, reject) => {
    // fetch tells nothing of what was sent.
    const request = new XMLHttpRequest();
    request.open('POST', '/api/attachments');
    request.timeout = UPLOAD_LIMIT_MS;
    request.setRequestHeader('Accept-Language', languageStore.get());
    request.setRequestHeader('Idempotency-Key', way.key);
    request.upload.onprogress = (event) => way.onProgress(event.loaded);
    request.onerror = () => reject(new Problem('no_network'));
    request.ontimeout = () => reject(new Problem('no_answer'));
    request.onload = () => {
      const { status, responseText } = request;
      const answer = new Response(responseText, { status });
      if (answer.ok) resolve(JSON.parse(responseText) as AttachmentView);
      else void problemOf(answer).then(reject);
    };
    way.signal.addEventListener('abort', () => request.abort(), { once: true });
    request.setRequestHeader('X-File-Name', encodeURIComponent(file.name));
    request.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
    request.send(file);
  });

/** Takes back a file that is part of nothing, or of a draft only; who brought it may. */
export const removeStaged = (id: string) => call<void>('DELETE', `/attachments/${id}`);

/** Why a file is not even sent. */
export type Refusal = 'type' | 'size' | 'empty' | 'count';

/** One file that is not stored yet. */
export interface Pending {
  key: string;
  file: File;
  sent: number;
  /** Set: it did not go; it may be tried again unless it was refused here. */
  problem: Problem | null;
  refusal: Refusal | null;
}

export interface Uploads {
  files: readonly AttachmentView[];
  pending: readonly Pending[];
  /** Something is still on its way. */
  busy: boolean;
  room: number;
  add: (files: Iterable<File>) => void;
  retry: (key: string) => void;
  /** Stops a file on its way, or forgets one that did not go. */
  cancel: (key: string) => void;
  remove: (file: AttachmentView) => void;
  /** A file that could not be taken away, and why. */
  stuck: { file: AttachmentView; problem: Problem | null } | null;
}

/** Why this file need not be sent; the server looks into it again, by its bytes. */
export function refusalOf(file: File, room: number): Refusal | null {
  // Some telephones give no type; then the bytes decide.
  if (file.type !== '' && !ATTACHMENT_MIMES.some((mime) => mime === file.type)) return 'type';
  if (file.size === 0) return 'empty';
  if (file.size > ATTACHMENT_MAX.bytes) return 'size';
  return room > 0 ? null : 'count';
}

/**
 * The files of a form that is being written: those that are stored (kept by the caller, with its
 * draft) and those on their way.
 * @param onChange the stored ones, in the order they arrived.
 */
export function useUploads(
  files: readonly AttachmentView[],
  onChange: (files: AttachmentView[]) => void,
  max: number = ATTACHMENT_MAX.perAct,
): Uploads {
  const [pending, setPending] = useState<readonly Pending[]>([]);
  const [stuck, setStuck] = useState<Uploads['stuck']>(null);
  const running = useRef(new Map<string, AbortController>());
  // Several arrive at once: each adds to what the last one left.
  const stored = useRef(files);
  const told = useRef(onChange);
  useEffect(() => {
    stored.current = files;
    told.current = onChange;
  });
  const keep = (next: AttachmentView[]) => {
    stored.current = next;
    told.current(next);
  };
  useEffect(() => {
    const sending = running.current;
    return () => sending.forEach((way) => way.abort());
  }, []);
  const change = (key: string, what: Partial<Pending>) =>
    setPending((all) => all.map((p) => (p.key === key ? { ...p, ...what } : p)));
  const drop = (key: string) => setPending((all) => all.filter((p) => p.key !== key));

  const send = async (key: string, file: File) => {
    const way = new AbortController();
    running.current.set(key, way);
    const onProgress = (sent: number) => change(key, { sent });
    try {
      const view = await upload(file, { key, signal: way.signal, onProgress });
      keep([...stored.current, view]);
      drop(key);
    } catch (error) {
      change(key, { problem: asProblem(error) });
    } finally {
      running.current.delete(key);
    }
  };
  const waiting = pending.filter((p) => p.problem === null && p.refusal === null);
  const room = Math.max(0, max - files.length - waiting.length);
  return {
    files,
    pending,
    stuck,
    busy: waiting.length > 0,
    room,
    add(chosen) {
      let left = room;
      const added = Array.from(chosen, (file): Pending => {
        const refusal = refusalOf(file, left);
        if (!refusal) left -= 1;
        return { key: newKey(), file, sent: 0, problem: null, refusal };
      });
      // What was refused before is answered by a new choice.
      setPending((all) => [...all.filter((p) => p.refusal === null), ...added]);
      for (const { key, file, refusal } of added) if (!refusal) void send(key, file);
    },
    retry(key) {
      const found = pending.find((p) => p.key === key);
      if (!found || running.current.has(key)) return;
      change(key, { problem: null, sent: 0 });
      void send(key, found.file);
    },
    cancel(key) {
      running.current.get(key)?.abort();
      running.current.delete(key);
      drop(key);
    },
    remove(file) {
      const takeOut = () => keep(stored.current.filter((f) => f.id !== file.id));
      setStuck(null);
      removeStaged(file.id).then(takeOut, (error: unknown) => {
        // A file that was forgotten over there meanwhile is gone as wished; a draft's stays with who brought it.
        if (asProblem(error)?.code === 'not_found' && file.replyId === null) takeOut();
        else setStuck({ file, problem: asProblem(error) });
      });
    },
  };
}

/** What a form still lacks while files are on their way; a file that was refused holds nothing up. */
export function useUploadsLeft(uploads: Uploads): string[] {
  const { say } = useWords();
  return uploads.busy ? [say('attach.still_sending')] : [];
}

/** The files of an order that came with one act, or that a reply rests on. */
export const filesOfAct = (all: readonly AttachmentView[], actId: string) =>
  all.filter((file) => file.actId === actId);
export const filesOfReply = (all: readonly AttachmentView[], replyId: string) =>
  all.filter((file) => file.replyId === replyId);
/** What came with the demand itself. */
export function filesOfDemand(order: OrderDetail): AttachmentView[] {
  const registered = order.timeline.find((item) => item.act === 'register')?.id;
  return order.attachments.filter(
    (file) => file.replyId === null && (file.actId === null || file.actId === registered),
  );
}

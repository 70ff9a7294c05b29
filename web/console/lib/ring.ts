/** A telephone that wants to be heard: the tab's title, a short tone, a notice of the desktop. */
import { useEffect } from 'react';
import { createStore, useStore } from './store.ts';
import { readStored, writeStored } from './storage.ts';
import { useWords } from './text.ts';

const SOUND_KEY = 'console.ring';
const RING_EVERY_MS = 2_400;
const BLINK_MS = 1_000;

const soundStore = createStore<boolean>(
  readStored<boolean>('localStorage', SOUND_KEY) ?? true,
  (on) => void writeStored('localStorage', SOUND_KEY, on),
);
export const useSound = () => useStore(soundStore);
export const toggleSound = () => soundStore.set(!soundStore.get());

let audio: AudioContext | undefined;
/** Browsers play only after somebody has touched the page; before that it stays silent. */
function tone(): void {
  if (!soundStore.get() || !navigator.userActivation?.hasBeenActive) return;
  try {
    audio ??= new AudioContext();
    void audio.resume();
    [0, 0.22].forEach((after) => beep(audio as AudioContext, after));
  } catch {
    // A machine without a loudspeaker still shows the call.
  }
}

function beep(at: AudioContext, after: number): void {
  const [from, length] = [at.currentTime + after, 0.16];
  const swing = at.createOscillator();
  const gain = at.createGain();
  swing.frequency.value = 660;
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(0.12, from + 0.02);
  gain.gain.setValueAtTime(0.12, from + length - 0.03);
  gain.gain.linearRampToValueAtTime(0, from + length);
  swing.connect(gain).connect(at.destination);
  swing.start(from);
  swing.stop(from + length);
}

const NOTICE_KEY = 'console.ring_notice';
/** Off until somebody has asked for it and the browser was told to allow it. */
const noticeStore = createStore<boolean>(
  readStored<boolean>('localStorage', NOTICE_KEY) ?? false,
  (on) => void writeStored('localStorage', NOTICE_KEY, on),
);
const mayNotify = () => 'Notification' in window && Notification.permission === 'granted';

/** Whether a ringing telephone also shows on the desktop; null: this browser never will. */
export function useNotice(): boolean | null {
  const on = useStore(noticeStore);
  if (!('Notification' in window) || Notification.permission === 'denied') return null;
  return on && mayNotify();
}

/** On a touch of the page: asks the browser where it was not asked yet. */
export async function toggleNotice(): Promise<void> {
  if (noticeStore.get() && mayNotify()) return noticeStore.set(false);
  noticeStore.set((await Notification.requestPermission()) === 'granted');
}

/** Rings for as long as the call does. @param shown who calls, without the number. */
export function useRing(call: { id: string } | undefined, shown: string): void {
  const { say } = useWords();
  const id = call?.id;
  const words = say('call.ringing_title', { who: shown });
  useEffect(() => {
    if (!id) return;
    const before = document.title;
    let on = false;
    const blink = setInterval(() => {
      on = !on;
      document.title = on ? words : before;
    }, BLINK_MS);
    document.title = words;
    tone();
    const again = setInterval(tone, RING_EVERY_MS);
    const notice = notify(id, words);
    return () => {
      clearInterval(blink);
      clearInterval(again);
      notice?.close();
      document.title = before;
    };
  }, [id, words]);
}

function notify(id: string, words: string): Notification | undefined {
  if (!document.hidden || !noticeStore.get() || !mayNotify()) return undefined;
  const notice = new Notification(words, { tag: id });
  notice.onclick = () => {
    window.focus();
    notice.close();
  };
  return notice;
}

/**
 * A socket.io 5 line written small: one namespace, a token, two events. The frames are text: the first
 * character is engine.io's (0 open, 2 ping, 3 pong, 4 message), the second socket.io's (0 connect, 1
 * disconnect, 2 event, 4 refused).
 */

/** What the server tells: something is new; fetch it. */
export interface News {
  typing?: true;
}

export interface Line {
  isUp(): boolean;
  typing(): void;
  close(): void;
}

/** Milliseconds before the first try after a break, and at most. */
const RETRY_MS = 1000;
const RETRY_MAX_MS = 30_000;
/** Milliseconds of silence after which a line is dead; the server pings every 25 s. */
const SILENCE_MS = 50_000;

/** Keeps a line open until it is closed; every break is tried again, later each time. */
export function openLine(origin: string, token: string, heard: (news: News) => void): Line {
  let socket: WebSocket | undefined;
  let isUp = false;
  let isOver = false;
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const take = (frame: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => socket?.close(), SILENCE_MS);
    const event = /^42\/chat,\d*(\[[^]*)/.exec(frame);
    if (frame[0] === '0') socket!.send(`40/chat,${JSON.stringify({ token })}`);
    else if (frame === '2') socket!.send('3');
    else if (frame.startsWith('40/chat')) {
      isUp = true;
      tries = 0;
      heard({});
    } else if (event) {
      const [name, news] = JSON.parse(event[1]!) as [string, News];
      if (name === 'news') heard(news);
    } else if (/^4[14]/.test(frame)) socket!.close();
  };
  const broke = () => {
    isUp = false;
    clearTimeout(timer);
    if (isOver) return;
    const wait = Math.min(RETRY_MS * 2 ** tries++, RETRY_MAX_MS) * (0.5 + Math.random());
    timer = setTimeout(connect, wait);
  };
  const connect = () => {
    try {
      socket = new WebSocket(
        `${origin.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`,
      );
      socket.onmessage = (e) => take(String(e.data));
      socket.onclose = broke;
    } catch {
      // A page whose policy forbids sockets: it asks from time to time instead.
      broke();
    }
  };
  connect();
  return {
    isUp: () => isUp,
    typing: () => isUp && socket!.send('42/chat,["typing"]'),
    close: () => {
      isOver = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}

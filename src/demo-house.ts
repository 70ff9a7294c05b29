/**
 * What the supervisor does for a demo: it has the fortnight played by a child, and serves what
 * `npm run demo` and `npm run demo:wipe` ask for by a file in the data directory.
 */
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import * as lifetime from './platform/lifetime.ts';

const LOOK_MS = 400;
const STOP_MS = 5_000;
const LINES_KEPT = 200;
/** How the player ends when it came to the end and found a desk with too little. */
export const SHORT_EXIT = 3;

/** `npm run demo`: empties the city and plays it anew; `npm run demo:wipe`: empties it. */
export interface DemoRequest {
  id: string;
  op: 'play' | 'wipe';
  /** What the player is told: `--days`, `--seed`, `--end`. */
  args: string[];
}

/** How far that is; written again and again until it is over. */
export interface DemoAnswer {
  id: string;
  state: 'working' | 'done' | 'failed';
  lines: string[];
}

const requestFile = (dataDir: string) => path.join(dataDir, 'demo-request.json');
const answerFile = (dataDir: string) => path.join(dataDir, 'demo-answer.json');

function write(file: string, content: unknown): void {
  fs.writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}

function read<T>(file: string): T | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** Leaves a request for the supervisor. */
export const leaveRequest = (dataDir: string, request: DemoRequest): void =>
  write(requestFile(dataDir), request);

/** What the supervisor has answered to this request so far. */
export function readAnswer(dataDir: string, id: string): DemoAnswer | undefined {
  const answer = read<DemoAnswer>(answerFile(dataDir));
  return answer?.id === id ? answer : undefined;
}

/**
 * Removes the files of an emptied demo, but only those in its own data directory: what STORAGE_DIR
 * names elsewhere is somebody else's, and the sweep forgets there what no row names any more.
 */
export function forgetFiles(dataDir: string, storageDir: string | undefined): void {
  const own = path.resolve(dataDir, 'storage');
  if (storageDir === undefined || path.resolve(storageDir) !== own) return;
  fs.rmSync(own, { recursive: true, force: true });
}

export interface DemoHouse {
  /** Plays in a child; resolves when it ended, with whether it did to the end. */
  play(args: string[]): Promise<boolean>;
  stop(): Promise<void>;
}

interface Outside {
  dataDir: string;
  /** The script that plays. */
  file: string;
  env: NodeJS.ProcessEnv;
  say: (text: string) => void;
  /** Empties the database and starts everything that serves it again. */
  wipe: () => Promise<void>;
  /** Puts right what a play left that did not come to its end. */
  mend: () => Promise<void>;
}

/** Serves a demo until stopped. */
export function demoHouse(o: Outside): DemoHouse {
  let player: ChildProcess | undefined;
  let listening: ((line: string) => void) | undefined;
  let busy = false;
  let stopped = false;

  async function play(args: string[]): Promise<boolean> {
    const child = lifetime.startChild({
      name: 'demo',
      file: o.file,
      args,
      env: o.env,
      output: (text) => {
        for (const line of text.trimEnd().split('\n')) {
          o.say(line);
          listening?.(line);
        }
      },
    });
    player = child;
    const code = await new Promise<number | null>((done) => {
      child.once('error', () => done(1));
      child.once('close', (ended) => done(ended));
    });
    if (player === child) player = undefined;
    if (code !== 0 && code !== SHORT_EXIT && !stopped) {
      await o.mend().catch(() => {});
      o.say(
        '演示没有播完；npm run demo 会重新播放 the play did not come to its end: npm run demo plays it anew',
      );
    }
    return code === 0;
  }

  async function stopPlayer(): Promise<void> {
    if (player) await lifetime.stopChild(player, STOP_MS);
  }

  async function serve(request: DemoRequest): Promise<void> {
    const answer: DemoAnswer = { id: request.id, state: 'working', lines: [] };
    const tell = (change: Partial<DemoAnswer>) => {
      Object.assign(answer, change);
      write(answerFile(o.dataDir), { ...answer, lines: answer.lines.slice(-LINES_KEPT) });
    };
    const line = (text: string) => {
      answer.lines.push(text);
      tell({});
    };
    tell({});
    try {
      await stopPlayer();
      await o.wipe();
      line('演示库已清空 the demo database was emptied');
      listening = line;
      const played = request.op === 'wipe' || (await play(request.args));
      tell({ state: played ? 'done' : 'failed' });
    } catch (error) {
      answer.lines.push(String(error instanceof Error ? error.message : error));
      tell({ state: 'failed' });
    } finally {
      listening = undefined;
    }
  }

  const timer = setInterval(() => {
    if (busy || stopped) return;
    const request = read<DemoRequest>(requestFile(o.dataDir));
    if (!request) return;
    fs.rmSync(requestFile(o.dataDir), { force: true });
    busy = true;
    void serve(request).finally(() => (busy = false));
  }, LOOK_MS);
  fs.rmSync(requestFile(o.dataDir), { force: true });
  return {
    play,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await stopPlayer();
    },
  };
}

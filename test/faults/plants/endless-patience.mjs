// A planted bug: whoever asks while the database is silent waits until it says something.
const PATIENCE_MS = 3_000;
const { setTimeout } = globalThis;

globalThis.setTimeout = (work, ms, ...rest) =>
  ms === PATIENCE_MS ? setTimeout(() => {}, 0) : setTimeout(work, ms, ...rest);

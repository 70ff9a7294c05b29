/** What the demo's switch has recorded: a dial tone and a few notes, made here, as no voice is anybody's. */
const RATE = 8_000;
const SECONDS_MAX = 12;
const NOTE_SECONDS = 0.32;
/** Hertz of the notes, again and again. */
const NOTES = [392, 440, 523, 440, 587, 523, 440, 392] as const;
const HEADER_BYTES = 44;

/** One sample, 8 bits without a sign: a note that swells and fades. */
function sampleAt(i: number): number {
  const t = i / RATE;
  const note = NOTES[Math.floor(t / NOTE_SECONDS) % NOTES.length]!;
  const within = (t % NOTE_SECONDS) / NOTE_SECONDS;
  return 128 + Math.round(46 * Math.sin(Math.PI * within) * Math.sin(2 * Math.PI * note * t));
}

/** A WAV file, mono, 8 kHz, of at most twelve seconds. */
export function toneWav(seconds: number): Buffer {
  const length = Math.round(Math.min(SECONDS_MAX, Math.max(1, seconds)) * RATE);
  const wav = Buffer.alloc(HEADER_BYTES + length);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(HEADER_BYTES - 8 + length, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(RATE, 24);
  wav.writeUInt32LE(RATE, 28);
  wav.writeUInt16LE(1, 32);
  wav.writeUInt16LE(8, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(length, 40);
  for (let i = 0; i < length; i++) wav[HEADER_BYTES + i] = sampleAt(i);
  return wav;
}

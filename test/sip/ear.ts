/** The ears of the operators' telephones: takes RTP, counts it by stream, and says it back. */
import { createSocket } from 'node:dgram';

export interface Ear {
  port: number;
  /** Packets of G.711 A-law by the sender's address and stream. */
  streams: Map<string, number>;
  packets(): number;
  close(): void;
}

const RTP_VERSION = 2;
const PCMA = 8;
const HEADER_BYTES = 12;

export async function openEar(ip: string): Promise<Ear> {
  const socket = createSocket('udp4');
  const streams = new Map<string, number>();
  socket.on('message', (packet, from) => {
    if (packet.length <= HEADER_BYTES || packet[0]! >> 6 !== RTP_VERSION) return;
    if ((packet[1]! & 0x7f) !== PCMA) return;
    const stream = `${from.address}:${from.port}/${packet.readUInt32BE(8)}`;
    streams.set(stream, (streams.get(stream) ?? 0) + 1);
    socket.send(packet, from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, ip, done));
  return {
    port: socket.address().port,
    streams,
    packets: () => [...streams.values()].reduce((sum, n) => sum + n, 0),
    close: () => socket.close(),
  };
}

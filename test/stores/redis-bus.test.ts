/** Nudges over a Redis that dies: nobody dies with it, and what could not be told is said to be so. */
import { expect, inject, it } from 'vitest';
import type { Logger } from '../../src/platform/log.ts';
import { redisPublisher } from '../../src/platform/realtime-bus.ts';
import type { BusMessage } from '../../src/platform/realtime-bus.ts';
import { startRedis } from '../processes.ts';
import { until } from '../until.ts';

it.skipIf(inject('redisUrl') === null)(
  'what is on its way when Redis dies ends nobody',
  async () => {
    let failures = 0;
    const log = { warn: () => void (failures += 1) } as unknown as Logger;
    const redis = await startRedis();
    const publisher = redisPublisher(redis.url, log);
    const refused: unknown[] = [];
    const hear = (error: unknown) => void refused.push(error);
    process.on('unhandledRejection', hear);
    const messages: BusMessage[] = [{ rooms: ['role:dispatcher'], nudge: { type: 'x', id: 'y' } }];
    const publish = () =>
      publisher.publish(messages, undefined as never).then(
        () => 'told',
        () => 'refused',
      );
    try {
      await until('a ready bus', async () => (await publish()) === 'told');
      redis.proc.child.kill('SIGSTOP');
      expect(await publish()).toBe('told');
      await redis.stop();
      // The outbox keeps what comes now, until there is one again.
      await until('a bus that says so', async () => (await publish()) === 'refused');
      // What was asked is given up when it could not be reached again.
      await until('a Redis that is away', () => failures > 2);
      const again = await startRedis(Number(new URL(redis.url).port));
      await until('a bus again', async () => (await publish()) === 'told');
      expect(refused).toEqual([]);
      await again.stop();
    } finally {
      process.off('unhandledRejection', hear);
      await publisher.close();
    }
  },
);

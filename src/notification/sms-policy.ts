/** What the city decided of short messages. */
import { channelPolicyOf } from '../intake/index.ts';
import type { ChannelPolicy } from '../intake/index.ts';
import { AppError } from '../kernel/errors.ts';
import type { Reader } from '../platform/db.ts';
import type { Quiet } from './rules.ts';

/** Quiet hours of the channel. */
export const smsQuiet = async (db: Reader): Promise<Quiet | null> =>
  (await smsPolicyIfAny(db))?.quiet ?? null;

/** Null in a house that was upgraded and not seeded again yet. */
export async function smsPolicyIfAny(db: Reader): Promise<ChannelPolicy['sms'] | null> {
  try {
    return await smsPolicyOf(db);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_ready') return null;
    throw error;
  }
}

/** @throws AppError `not_ready` where there is no policy yet. */
export const smsPolicyOf = async (db: Reader): Promise<ChannelPolicy['sms']> =>
  (await channelPolicyOf(db)).document.sms;

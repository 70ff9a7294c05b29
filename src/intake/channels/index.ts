/** Every channel in one table: a new one is a word in `CHANNELS`, a folder, and a row here. */
import { CHANNELS } from '../../kernel/words.ts';
import type { Channel } from '../../kernel/words.ts';
import { app } from './app/index.ts';
import type { ChannelDoor } from './channel.ts';
import { chat } from './chat/index.ts';
import { grid } from './grid/index.ts';
import { legacyLine } from './legacy_line/index.ts';
import { mail } from './mail/index.ts';
import { otherCity } from './other_city/index.ts';
import { phone } from './phone/index.ts';
import { police110 } from './police_110/index.ts';
import { province } from './province/index.ts';
import { sms } from './sms/index.ts';
import { visit } from './visit/index.ts';
import { web } from './web/index.ts';
import { wechat } from './wechat/index.ts';

const DOORS: Readonly<Record<Channel, ChannelDoor>> = {
  phone,
  web,
  chat,
  sms,
  grid,
  police_110: police110,
  visit,
  mail,
  app,
  wechat,
  province,
  other_city: otherCity,
  legacy_line: legacyLine,
};

/** The door of a channel. */
export const channelDoor = (name: Channel): ChannelDoor => DOORS[name];

/** All of them, in the order of the glossary. */
export const channelDoors = (): ChannelDoor[] => CHANNELS.map((name) => DOORS[name]);

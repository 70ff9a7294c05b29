/** 微信: the official account, which sends the fields of the form. */
import { formChannel } from '../channel.ts';

export const wechat = formChannel('wechat');

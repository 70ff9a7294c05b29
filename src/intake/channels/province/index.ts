/** 省平台: handed down by the platform of the province, with its sheet number. */
import { formChannel } from '../channel.ts';

export const province = formChannel('province');

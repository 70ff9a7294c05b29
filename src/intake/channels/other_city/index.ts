/** 外地 12345: handed over by the hotline of another city, with its sheet number. */
import { formChannel } from '../channel.ts';

export const otherCity = formChannel('other_city');

/** 110 分流: what the police line hands over as no matter of the police, with its sheet number. */
import { formChannel } from '../channel.ts';

export const police110 = formChannel('police_110');

/** 来信: a letter is typed from paper. */
import { formChannel } from '../channel.ts';

export const mail = formChannel('mail');

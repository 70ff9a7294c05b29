/** 来访: somebody comes in person; the form is typed at the counter. */
import { formChannel } from '../channel.ts';

export const visit = formChannel('visit');

/** 归并热线: a line that was merged into 12345 and still has its own intake. */
import { formChannel } from '../channel.ts';

export const legacyLine = formChannel('legacy_line');

/** 网格: a grid worker reports what was seen or told on the spot. */
import { formChannel } from '../channel.ts';

export const grid = formChannel('grid');

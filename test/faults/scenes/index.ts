import type { Scene } from '../scene.ts';
import { f1 } from './f01.ts';
import { f2 } from './f02.ts';
import { f3 } from './f03.ts';
import { f4 } from './f04.ts';
import { f5 } from './f05.ts';
import { f6 } from './f06.ts';
import { f7 } from './f07.ts';
import { f8 } from './f08.ts';
import { f9 } from './f09.ts';
import { f12 } from './f12.ts';

/** Every fault of quality.md that is struck here, by name. */
export const SCENES: Record<string, Scene> = { f1, f2, f3, f4, f5, f6, f7, f8, f9, f12 };

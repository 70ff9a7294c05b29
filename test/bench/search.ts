/**
 * A caller, a number, words of a demand in a city with 10,000, 100,000 and 1,000,000 orders behind it:
 * how much longer the search takes in the largest. `npm run bench -- search`.
 */
import { it } from 'vitest';
import { LIMIT_MS, grow, named, searches } from './sizes.ts';

// The lists' city serves both where both are asked for.
it.skipIf(named('lists'))('search', () => grow('search', searches), LIMIT_MS);

import type { OrgKind } from '../kernel/words.ts';

interface Spelt {
  name: string;
  /** One syllable a character, with blanks between them: `gong shui`. */
  pinyin: string;
}

export interface CategoryView {
  code: string;
  parentCode: string | null;
  name: string;
  nameEn: string;
}
export interface AreaView {
  code: string;
  parentCode: string | null;
  name: string;
}
export interface UnitView {
  id: string;
  code: string;
  name: string;
  nameEn: string;
  kind: OrgKind;
  /** Whether an order may be dispatched to it: it is active and somebody there can sign. */
  dispatchable: boolean;
}
/** The lists that forms need; a few hundred rows, cached by the browser for a minute. */
export interface Reference {
  categories: (CategoryView & Spelt)[];
  areas: (AreaView & Spelt)[];
  units: (UnitView & Spelt)[];
  /** Names of the gazetteer with the area they lie in; at most 2,000. */
  places: (Spelt & { areaCode: string })[];
  /** Subject kinds that the catalogue distinguishes, by category code. */
  subjectKinds: Record<string, string[]>;
}

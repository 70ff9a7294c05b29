import type { OrgKind } from '../kernel/words.ts';

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
  categories: CategoryView[];
  areas: AreaView[];
  units: UnitView[];
  /** Subject kinds that the catalogue distinguishes, by category code. */
  subjectKinds: Record<string, string[]>;
}

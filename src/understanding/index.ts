export { createLexiconClassifier, LEXICON_CLASSIFIER } from './classifier.ts';
export type { AutoThresholds, LexiconClassifier } from './classifier.ts';
export { lexiconDocument } from './lexicon.ts';
export type { LexiconDocument } from './lexicon.ts';
export type { GazetteerData } from './place.ts';
export type { Chosen } from './rules.ts';
export {
  NoClassifier,
  classificationOf,
  classifierHealth,
  keepClassification,
  loadClassifier,
  publishLexicon,
  recordCorrections,
  shipLexicon,
} from './service.ts';
export { autoScores, classificationsOf } from './store.ts';

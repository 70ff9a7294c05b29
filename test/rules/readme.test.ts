import fs from 'node:fs';
import { expect, it } from 'vitest';
import { translate } from '../../src/kernel/i18n/index.ts';
import { lifecycleDiagram } from '../../src/workorder/diagram.ts';

const BEGIN = '<!-- lifecycle: generated, npm run golden -->';
const END = '<!-- lifecycle: end -->';

it('draws the life cycle of README.md from the table', () => {
  const file = new URL('../../README.md', import.meta.url);
  const readme = fs.readFileSync(file, 'utf8');
  const drawn = lifecycleDiagram((act) => translate('zh-CN', `act.${act}` as 'act.sign'));
  const [head = '', rest = ''] = readme.split(BEGIN);
  const [old = '', tail = ''] = rest.split(END);
  if (process.env.UPDATE_GOLDEN) {
    fs.writeFileSync(file, `${head}${BEGIN}\n\n${drawn}\n\n${END}${tail}`);
    return;
  }
  expect(old.trim()).toBe(drawn);
});

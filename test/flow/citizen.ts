/** A citizen's browser without JavaScript: reads a page's form, fills it in, presses a button. */
import type { Answer, Browser } from '../processes.ts';

const unescape = (s: string) =>
  s
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}(?:="([^"]*)")?(?=[\\s>/])`).exec(tag);
  return found ? unescape(found[1] ?? '') : undefined;
};

/** What a form on the page would send untouched: its fields as they stand, ticked or not. */
function fieldsOf(form: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const type = attribute(tag, 'type') ?? 'text';
    const ticked = attribute(tag, 'checked') !== undefined;
    if (!['radio', 'checkbox'].includes(type) || ticked)
      fields[attribute(tag, 'name') ?? ''] = attribute(tag, 'value') ?? '';
  }
  for (const [, tag = '', body = ''] of form.matchAll(/(<textarea[^>]*>)([^<]*)<\/textarea>/g))
    fields[attribute(tag, 'name') ?? ''] = unescape(body);
  return fields;
}

/** Fills in the page's main form and sends it. @throws when the page has no such form or field. */
export async function fillForm(
  citizen: Browser,
  page: string,
  typed: Record<string, string>,
): Promise<Answer<string>> {
  const [form] = /<form id="f"[\s\S]*?<\/form>/.exec(page) ?? [];
  if (!form) throw new Error(`no form on: ${page.replace(/<[^>]*>/g, ' ').slice(-500)}`);
  for (const name of Object.keys(typed)) {
    if (!form.includes(`name="${name}"`)) throw new Error(`no field ${name}`);
  }
  const action = attribute(/<form[^>]*>/.exec(form)![0], 'action')!;
  return citizen.form(action, { ...fieldsOf(form), ...typed });
}

/** Opens an absolute address from a message. */
export const followLink = (citizen: Browser, url: string): Promise<Answer<string>> =>
  citizen.get(new URL(url).pathname);

/** Raises a demand in the three screens. @returns what the receipt page shows. */
export async function orderByForm(
  citizen: Browser,
  typed: { content: string; phone: string; name: string },
): Promise<{ orderNo: string; code: string }> {
  const { content, ...who } = typed;
  const first = await citizen.get<string>('/submit');
  const second = await fillForm(citizen, first.body, { content });
  const third = await fillForm(citizen, second.body, { who: 'named', ...who });
  const receipt = await fillForm(citizen, third.body, { go: 'send' });
  const words = receipt.body.replace(/<style[\s\S]*?<\/style>/, '').replace(/<[^>]*>/g, '');
  const orderNo = /(20\d{6})-?(\d{6})/.exec(words);
  const [, ...code] =
    /\b([34679ACDEFGHJKMNPQRTWXY]{3}) ([34679ACDEFGHJKMNPQRTWXY]{3})/.exec(words) ?? [];
  if (!orderNo || code.length === 0) throw new Error(`no receipt: ${words}`);
  return { orderNo: `${orderNo[1]}${orderNo[2]}`, code: code.join('') };
}

/** What the citizen fills in before, instead of, and after a chat. */
import type { WidgetWords } from '../../src/kernel/i18n/chat-widget.ts';
import { refusal } from './chat.ts';
import type { Chat } from './chat.ts';
import { h } from './dom.ts';

/** Longest text and comment, in characters. */
export const TEXT_MAX = 2000;
const COMMENT_MAX = 500;

export function formsOf(chat: Chat, w: WidgetWords) {
  /** What was filled in last: nobody says who they are twice. */
  let filled: Record<string, string> = {};

  /** A form that says in itself why it could not be sent, and keeps what was written. */
  function form(
    button: string,
    send: (fields: Record<string, string>) => Promise<unknown>,
    ...parts: Node[]
  ) {
    const wrong = h('p.err', { role: 'alert' });
    const submit = h('button.p', {}, button);
    const onsubmit = async (e: Event) => {
      e.preventDefault();
      wrong.textContent = '';
      submit.disabled = true;
      const all = [...new FormData(made)].filter(([, value]) => value);
      filled = Object.fromEntries(all) as Record<string, string>;
      try {
        await send(filled);
        await chat.look();
      } catch (error) {
        wrong.textContent = (refusal(error) && (error as Error).message) || w.$busy;
      }
      submit.disabled = false;
    };
    const made = h('form', { onsubmit }, ...parts, wrong, submit);
    return made;
  }

  const field = (label: string, required: boolean, input: HTMLElement) =>
    h(
      'label',
      {},
      `${label} `,
      h('small', {}, required ? w.$must : w.$optional),
      Object.assign(input, { required }),
    );
  const words = (
    label: string,
    required: boolean,
    name: string,
    maxLength: number,
    value: string = '',
  ) => field(label, required, h('textarea', { name, rows: 3, maxLength, value }));
  const line = (label: string, required: boolean, name: string, type: string, maxLength: number) =>
    field(
      label,
      required,
      h('input', { name, type, maxLength, autocomplete: type, value: filled[name] ?? '' }),
    );
  const person = (required: boolean) => [
    line(w.$name, false, 'name', 'name', 40),
    line(w.$phone, required, 'phone', 'tel', 20),
  ];

  /** One of several; none is chosen before. */
  const choice = (name: string, legend: string, options: [string, string][]) =>
    h(
      'fieldset',
      {},
      h('legend', {}, legend),
      ...options.map(([value, label]) =>
        h('label.o', {}, h('input', { type: 'radio', name, value }), h('span', {}, label)),
      ),
    );

  return {
    start: () => [
      form(w.$start, chat.begin, words(w.$say, true, 'text', TEXT_MAX), ...person(false)),
    ],
    leave: () => [
      form(
        w.$leave,
        (said) => chat.call('leave', said),
        words(w.$say, true, 'text', TEXT_MAX, chat.said().slice(0, TEXT_MAX)),
        ...person(true),
      ),
    ],
    rating: () => [
      h('p', {}, w.$over),
      form(
        w.$rate_send,
        ({ satisfaction, solved, comment }) =>
          chat.call('rating', {
            satisfaction: +satisfaction!,
            ...(solved && { solved: solved === '1' }),
            ...(comment && { comment }),
          }),
        choice(
          'satisfaction',
          w.$rate,
          w.$marks
            .split('|')
            .map((mark, i): [string, string] => [`${i + 1}`, `${i + 1}　${mark}`])
            .reverse(),
        ),
        choice('solved', w.$solved, [
          ['1', w.$yes],
          ['0', w.$no],
        ]),
        words(w.$more, false, 'comment', COMMENT_MAX),
      ),
    ],
    rated: () => [h('p', {}, w.$rated)],
    left: () => [h('p', {}, w.$left)],
  };
}

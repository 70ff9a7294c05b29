/** The conversation: lines are added and changed in place, so that a screen reader says each once. */
import type { WidgetWords } from '../../src/kernel/i18n/chat-widget.ts';
import type { Chat, Message, Unsent } from './chat.ts';
import { h } from './dom.ts';

export function logOf(chat: Chat, w: WidgetWords) {
  const list = h('div.log', { role: 'log' });
  let drawn = new Map<string, HTMLElement>();

  /** A picture needs the token, so it is fetched; pressed, it opens in a place of its own. */
  const picture = (source: Promise<Blob>) => {
    const link = h('a.pic', { target: '_blank' }, w.$photo);
    source.then(
      (blob) => {
        link.href = URL.createObjectURL(blob);
        link.replaceChildren(h('img', { src: link.href, alt: w.$photo }));
      },
      () => {},
    );
    return link;
  };

  const slip = ({ text }: Message) => {
    const order = chat.now().view?.orders.find((o) => text.replace(/\D/g, '').includes(o.orderNo));
    if (!order) return [text];
    const { orderNo, queryCode } = order;
    return [
      h('small', {}, w.$order),
      h('b', {}, orderNo.replace(/.{8}/, '$&-')),
      h('small', {}, w.$code),
      h('b', {}, queryCode),
      h('a.b', { href: `${chat.origin}/track`, target: '_blank' }, w.$track),
    ];
  };

  const sent = (m: Message) => {
    if (m.kind === 'order') return h('div.l.slip', {}, ...slip(m));
    const said = m.imageUrl ? picture(chat.call(m.imageUrl)) : h('p', {}, m.text);
    if (m.side === 'system') return h('div.l.note', {}, said);
    const mine = m.side === 'citizen';
    // The city's time, wherever the reader is: it has no summer time.
    const at = new Date(+new Date(m.at) + 288e5).toISOString().slice(11, 16);
    // Who speaks is said to those who cannot see on which side it stands.
    const who = h('span.vh', {}, mine ? w.$you : w.$staff);
    return h(mine ? 'div.l.me' : 'div.l', {}, said, h('small', {}, who, at));
  };

  const unsent = (u: Unsent) => {
    const { file, text, failed } = u;
    return h(
      'div.l.me',
      {},
      file ? picture(Promise.resolve(file)) : h('p', {}, text),
      ...(failed == null
        ? [h('small', {}, w.$sending)]
        : [
            h('small.err', {}, w.$failed + failed),
            h('button.t', { onclick: () => chat.again(u) }, w.$again),
          ]),
    );
  };

  return {
    list,
    /** @returns whether anything was added. */
    draw() {
      const { messages, unsent: waiting } = chat.now();
      const next = new Map<string, HTMLElement>();
      const put = (key: string, make: () => HTMLElement) => next.set(key, drawn.get(key) ?? make());
      for (const m of messages) put(`${m.seq}`, () => sent(m));
      for (const u of waiting) put(u.id + u.failed, () => unsent(u));
      for (const [key, line] of drawn) if (!next.has(key)) line.remove();
      drawn = next;
      let place = list.firstChild;
      let grew = false;
      for (const line of next.values())
        if (line === place) place = place.nextSibling;
        else grew = !!list.insertBefore(line, place);
      return grew;
    },
  };
}

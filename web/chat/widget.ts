/**
 * The citizen's chat as one script for any page: a button, and a panel in a shadow tree that the
 * page's own style cannot reach. No cookies; the page keeps a token so that a reload goes on.
 *
 *   <script src="https://12345.example/chat/widget.js" defer></script>
 *
 * `data-lang` and `data-size` (a length, such as 22px) where the page does not say; `data-button="#id"`
 * puts the button into the page instead of over it, `data-into="#id"` the whole panel.
 */
import { WIDGET_WORDS } from '../../src/kernel/i18n/chat-widget.ts';
import type { WidgetWords } from '../../src/kernel/i18n/chat-widget.ts';
import { openChat } from './chat.ts';
import { h } from './dom.ts';
import { formsOf, TEXT_MAX } from './forms.ts';
import { logOf } from './log.ts';
import { smaller } from './photo.ts';
import style from './widget.css';

const script = document.currentScript as HTMLScriptElement;
const { lang, size, into, button } = script.dataset;
const isEnglish = (lang ?? document.documentElement.lang).startsWith('en');
const language = isEnglish ? 'en' : 'zh-CN';
const w = Object.fromEntries(
  Object.entries(WIDGET_WORDS).map(([key, words]) => [key, words[+isEnglish]]),
) as WidgetWords;
const find = (selector?: string) => (selector ? document.querySelector(selector) : null);
const place = find(into);
const door = find(button);
const EMERGENCY = ['110', '119', '120'];
/** Pixels from the end within which somebody reads the newest, not what was before. */
const NEAR_END = 80;
/** Further down than anything. */
const END = 1e6;
/** Widest page that the panel covers; the same as in the style. */
const NARROW_PX = 520;

// A name of its own: what a page says of its own elements does not reach it.
const host = document.createElement('hotline-chat');
const shadow = host.attachShadow({ mode: 'open' });
// A sheet that the policy of no page forbids; older browsers get an element with the script's nonce.
try {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  shadow.adoptedStyleSheets = [sheet];
} catch {
  shadow.append(h('style', { nonce: script.nonce }, style));
}

const chat = openChat(new URL(script.src).origin, language, render);
const forms = formsOf(chat, w);
const log = logOf(chat, w);

const badge = h('b');
const launch = h(
  door ? 'button.t' : 'button.p.launch',
  { onclick: open, 'aria-haspopup': 'dialog' },
  w.$open,
  badge,
);
const end = h('button.t', { onclick: finish }, w.$end);
const offline = h('p.off', { role: 'status' }, w.$offline);
const waiting = h('div', { role: 'status' });
const leave = h('button', { onclick: () => ((leaves = true), render()) }, w.$leave);
const asked = h('div.ask');
const again = h('button', { onclick: () => ((leaves = false), chat.restart(), focus()) }, w.$fresh);
const typing = h('small.typ', { 'aria-live': 'polite' });
const body = h(
  'div.body',
  { tabIndex: 0, role: 'region', 'aria-label': w.$title },
  log.list,
  waiting,
  leave,
  asked,
  again,
);
const text = h('textarea', {
  rows: 1,
  maxLength: TEXT_MAX,
  placeholder: w.$write,
  'aria-label': w.$write,
  oninput: chat.typing,
  onkeydown(e: KeyboardEvent) {
    // Enter of an input method picks characters, it does not send.
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    send();
  },
});
const file = h('input', {
  type: 'file',
  accept: 'image/*',
  hidden: true,
  async onchange() {
    for (const one of file.files!) chat.say('', await smaller(one));
    file.value = '';
  },
});
const compose = h(
  'div.say',
  {},
  h('button', { onclick: () => file.click() }, w.$photo),
  text,
  h('button.p', { onclick: send }, w.$send),
  file,
);
const panel = h(
  place ? 'section.panel' : 'dialog.panel',
  {
    'aria-label': w.$title,
    onclose: shut,
    onkeydown: (e: KeyboardEvent) => e.key === 'Escape' && shut(),
  },
  h(
    'header',
    {},
    h('h2', {}, w.$title),
    end,
    place ? '' : h('button.t', { onclick: shut }, w.$close),
  ),
  h('p.em', {}, w.$danger, ...EMERGENCY.map((n) => h('a', { href: `tel:${n}` }, n))),
  offline,
  body,
  typing,
  compose,
);
const root = h('div.root', { lang: language }, place ? '' : launch, panel);
if (size) root.style.fontSize = size;
shadow.append(root);

/** The citizen would rather leave a message than wait. */
let leaves = false;
/** What is asked now; drawn anew only when it is something else. */
let form: ReturnType<typeof formNow> = '';

function send(): void {
  const said = text.value.trim();
  if (said) chat.say(said);
  text.value = '';
  text.focus();
}

async function finish(): Promise<void> {
  if (!confirm(w.$sure)) return;
  await chat.call('end', {}).catch(() => {});
  await chat.look();
  focus();
}

/** To where somebody goes on: the form there is, else the field to write in. */
const focus = () =>
  (compose.hidden ? (asked.querySelector<HTMLElement>('textarea,input') ?? again) : text).focus();

function open(): void {
  const dialog = panel as HTMLDialogElement;
  // Over the whole screen of a telephone nothing behind can be reached.
  if (innerWidth > NARROW_PX) dialog.show();
  else dialog.showModal();
  launch.hidden = true;
  render();
  if (!form) body.scrollTop = END;
  focus();
}

function shut(): void {
  if (place) return;
  launch.hidden = false;
  (panel as HTMLDialogElement).close();
  launch.focus();
}

function formNow(): keyof typeof forms | '' {
  const { view, isKnown } = chat.now();
  if (!view) return isKnown ? '' : 'start';
  if (view.state === 'left_message') return 'left';
  if (view.state === 'ended') return view.rating ? 'rated' : 'rating';
  return view.state === 'away' || (leaves && view.state === 'waiting') ? 'leave' : '';
}

/** Where somebody stands who waits. */
function wait(): string {
  const { view } = chat.now();
  if (view?.state !== 'waiting' || form) return '';
  if (view.away) return w.$stay;
  const ahead = (view.position ?? 1) - 1;
  const minutes = Math.ceil((view.expectedWaitSeconds ?? 0) / 60);
  return (
    (ahead > 0 ? w.$ahead.replace('{n}', `${ahead}`) : w.$next) +
    (view.expectedWaitSeconds ? w.$wait.replace('{n}', `${minutes}`) : '') +
    w.$stay
  );
}

function render(): void {
  const { view, isTyping, isOffline } = chat.now();
  const isOpen = view?.state === 'open' || view?.state === 'waiting';
  const atEnd = body.scrollHeight - body.scrollTop - body.clientHeight < NEAR_END;
  const next = formNow();
  const isNew = next !== form;
  if (isNew) {
    form = next;
    asked.replaceChildren(...(form ? forms[form]() : []));
  }
  const words = wait();
  // Said again only when it is something else.
  if (waiting.textContent !== words) waiting.textContent = words;
  waiting.className = words && 'wait';
  leave.hidden = !words;
  again.hidden = isOpen || form === 'start' || !form;
  compose.hidden = !isOpen || form !== '';
  end.hidden = !isOpen;
  offline.hidden = !isOffline;
  typing.textContent = isTyping && isOpen ? w.$typing : '';
  if (log.draw() && atEnd) body.scrollTop = END;
  // What is asked is read from its beginning.
  if (isNew) body.scrollTop = asked.offsetTop - body.offsetTop;
  if ((place || launch.hidden) && !document.hidden) chat.seen();
  const n = chat.unread();
  badge.hidden = !n;
  badge.textContent = `${n}`;
}

(place ?? door ?? document.body).append(host);
render();
void chat.resume();

import { Checkbox, Input } from 'antd';
import { useMemo, useRef, useState } from 'react';
import { Link } from 'react-router';
import { ATTACHMENT_MAX, DEMAND_TYPES, TEXT_MAX } from '../../../../src/contract.ts';
import { useAdvice } from '../../data/advise.ts';
import { refreshChats, stagePicture, useChatMessages, type ChatDetail } from '../../data/chat.ts';
import { useCaller } from '../../data/queries.ts';
import { useMe } from '../../data/session.tsx';
import { useSubmit } from '../../data/submit.ts';
import { useDraft, type DraftForm } from '../../lib/drafts.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { Choice } from '../../parts/Choice.tsx';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots, OrderNo, OrderTitle, StateWord } from '../../parts/Marks.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { useCategoryName } from '../operator/Because.tsx';
import { barePhone, EMPTY, isAcceptable, isPhone, type OperatorFields } from '../operator/form.ts';
import { MatterFields } from '../operator/MatterFields.tsx';
import { registerAndGoOn, type Receipt } from '../operator/sending.ts';
import { classOf, isTaken, urgencyOf } from '../operator/take.ts';

/** Nothing of who raised it is stored with the draft: the chat knows. */
const SECRET = ['name', 'phone'] as const;

/** The order that is being written out of this chat; the conversation puts words into it. */
export function useOrderDraft({ chatId }: ChatDetail): DraftForm<OperatorFields> {
  return useDraft<OperatorFields>(useMe().userId, `chat.${chatId}`, EMPTY, SECRET);
}

/** One or more orders out of one chat, and what this number asked for before. */
export function OrderForm({ chat }: { chat: ChatDetail }) {
  const { say } = useWords();
  const draft = useOrderDraft(chat);
  const words = useRef<React.ComponentRef<typeof Input.TextArea>>(null);
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const advised = useAdvice(useQuestion(draft.value, chat));
  const photos = usePhotos(chat.chatId);
  const registration = useSubmit(
    async (f: OperatorFields, key: string) =>
      registerAndGoOn({ ...whole(f, chat), attachmentIds: await photos.staged() }, key),
    (made) => {
      setReceipt(made);
      photos.take(false);
      draft.clear();
      void refreshChats();
    },
    draft,
  );
  const { value, set } = draft;
  const all = useSaid(chat.chatId);
  const takeAll = () => (set({ content: all }), words.current?.focus());
  const empty = !value.content.trim();
  const send = () => (empty ? words.current?.focus() : registration.submit(value));
  useKeys([
    { keys: 'F9', label: 'keys.register', run: send },
    { keys: 'Alt+A', label: 'keys.chat_put_all', run: takeAll, off: all === '' },
  ]);
  return (
    <form className="chat-order" onSubmit={(event) => event.preventDefault()}>
      <div className="hd">
        <h2>{say('chat.order')}</h2>
        <span className="r">
          <KeyButton size="small" keys="Alt+A" disabled={all === ''} onClick={takeAll}>
            {say('chat.put_all')}
          </KeyButton>
        </span>
      </div>
      {receipt && <Filed receipt={receipt} />}
      <div className="part">
        <Field label={say('operator.words')} hint={say('chat.order_hint')}>
          <Input.TextArea
            ref={words}
            autoSize={{ minRows: 3, maxRows: 10 }}
            maxLength={TEXT_MAX.content}
            value={value.content}
            onChange={(e) => set({ content: e.target.value })}
          />
        </Field>
        <Suggested draft={draft} advised={advised} />
        <Choice
          look="wraps"
          label={say('field.type')}
          value={value.type}
          onChange={(type) => set({ type })}
          options={DEMAND_TYPES.map((type) => ({ value: type, label: say(`type.${type}`) }))}
        />
      </div>
      {photos.n > 0 && (
        <div className="part">
          <Checkbox checked={photos.taken} onChange={(e) => photos.take(e.target.checked)}>
            {say('chat.photos', { n: photos.n })}
          </Checkbox>
        </div>
      )}
      <MatterFields desk={{ draft, registration, advised }} urgent={false} />
      <ProblemNotice problem={registration.problem} written={value.content} />
      <div className="bar">
        <KeyButton type="primary" keys="F9" loading={registration.busy} onClick={send}>
          {say(isAcceptable(value) ? 'operator.submit_dispatch' : 'act.register')}
        </KeyButton>
        <span className="xs mut">{say(empty ? 'operator.need_words' : 'chat.order_told')}</span>
      </div>
      <History chat={chat} />
    </form>
  );
}

/** The form as it is sent: of this chat, by whom it is. */
const whole = (f: OperatorFields, chat: ChatDetail): OperatorFields => ({
  ...f,
  channel: 'chat',
  contactId: chat.contactId,
  name: chat.name ?? '',
  phone: chat.phone ?? '',
});

interface Photos {
  n: number;
  taken: boolean;
  take(is: boolean): void;
  /** Ids under which the pictures go with an order; the same ones at every try. */
  staged(): Promise<string[]>;
}

/** The pictures of the citizen: they go with the first order, and with another where that is wanted. */
function usePhotos(chatId: string): Photos {
  const { data } = useChatMessages(chatId);
  const [taken, take] = useState(true);
  const known = useRef(new Map<string, string>());
  const urls = (data?.messages ?? []).flatMap((m) => (m.side === 'citizen' && m.imageUrl) || []);
  const stage = async (url: string) => {
    const id = known.current.get(url) ?? (await stagePicture(url)).attachmentId;
    known.current.set(url, id);
    return id;
  };
  return {
    n: urls.length,
    taken,
    take: (is) => {
      known.current.clear();
      take(is);
    },
    staged: () => Promise.all(taken ? urls.slice(0, ATTACHMENT_MAX.perAct).map(stage) : []),
  };
}

/** Everything the citizen has said in words, as one text. */
function useSaid(chatId: string): string {
  const { data } = useChatMessages(chatId);
  return (data?.messages ?? [])
    .filter((m) => m.side === 'citizen' && m.kind === 'text')
    .map((m) => m.text)
    .join('\n')
    .slice(0, TEXT_MAX.content);
}

function useQuestion(f: OperatorFields, { phone }: ChatDetail) {
  const { content, address, categoryCode, areaCode, subjectKind, type } = f;
  return useMemo(
    () => ({
      content,
      address,
      channel: 'chat' as const,
      ...(phone && isPhone(phone) ? { phone: barePhone(phone) } : {}),
      ...(categoryCode ? { categoryCode } : {}),
      ...(areaCode ? { areaCode } : {}),
      ...(subjectKind ? { subjectKind } : {}),
      ...(type ? { type } : {}),
    }),
    [content, address, phone, categoryCode, areaCode, subjectKind, type],
  );
}

interface SuggestedProps {
  draft: DraftForm<OperatorFields>;
  advised: ReturnType<typeof useAdvice>;
}

/** What the words seem to be, in one line; one key takes it, nothing fills itself. */
function Suggested({ draft, advised }: SuggestedProps) {
  const { say } = useWords();
  const nameOf = useCategoryName();
  const u = advised.advice?.understanding;
  const change = u ? { ...classOf(u), ...urgencyOf(u) } : {};
  const off = !u || Object.keys(change).length === 0 || isTaken(change, draft.value);
  const take = () => draft.set(change);
  useKeys([{ keys: 'Alt+G', label: 'keys.take_class', run: take, off }]);
  if (off) return null;
  const [type] = u.types;
  const [category] = u.categories;
  return (
    <p className="chat-advice sm">
      <span className="tag">{say('advice.class')}</span>{' '}
      <b>
        <Dots>
          {type && say(`type.${type.value}`)}
          {category && nameOf(category.value)}
        </Dots>
      </b>{' '}
      <KeyButton size="small" keys="Alt+G" onClick={take}>
        {say('dispatch.take')}
      </KeyButton>
    </p>
  );
}

function Filed({ receipt }: { receipt: Receipt }) {
  const { say } = useWords();
  return (
    <div className="part" role="status">
      {receipt.filed.map(({ registered, followed, problem }) => (
        <div key={registered.orderId}>
          <b>{say(`receipt.${followed}`)}</b>　
          <Link to={`/orders/${registered.orderId}`}>
            <OrderNo no={registered.orderNo} />
          </Link>
          {problem && <ProblemNotice problem={problem} />}
        </div>
      ))}
      <p className="xs mut">{say('chat.order_sent')}</p>
    </div>
  );
}

/** Earlier demands of the number that was given. */
function History({ chat }: { chat: ChatDetail }) {
  const { say } = useWords();
  const { data } = useCaller(chat.phone && isPhone(chat.phone) ? barePhone(chat.phone) : undefined);
  if (!data) return null;
  const { open, closed } = data;
  return (
    <>
      <div className="hd">
        <h3>{say('operator.open_orders', { n: open.length })}</h3>
        <span className="r xs mut">{say('operator.closed_orders', { n: closed.length })}</span>
      </div>
      <ul className="q">
        {[...open, ...closed].map((order) => (
          <li key={order.id}>
            <Link to={`/orders/${order.id}`}>
              <span className="cut">
                <OrderTitle order={order} />
              </span>
              <span className="xs mut">
                <StateWord order={order} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

/**
 * Words of the citizen's chat widget, Chinese first. Apart from the catalogue because the widget
 * carries them along, both languages in one file of a few kilobytes: short, spoken, none that it does
 * not show. The build shortens names that begin with `$`.
 */
// prettier-ignore
export const WIDGET_WORDS = {
  $open: ['在线客服', 'Chat'], $title: ['12345 在线客服', '12345 chat'], $close: ['收起', 'Hide'], $end: ['结束', 'End'],
  $danger: ['有危险，先打', 'In danger, call'],
  $say: ['请说您的问题', 'What is it about?'], $name: ['称呼', 'Name'], $phone: ['电话', 'Telephone'], $optional: ['可不填', 'optional'], $must: ['必填', 'required'], $start: ['开始咨询', 'Start'],
  $next: ['马上轮到您。', 'You are next. '], $ahead: ['前面还有 {n} 位，', '{n} before you. '], $wait: ['大约等 {n} 分钟。', 'About {n} min. '], $stay: ['先把事情写下来，客服看得到。', 'You may write now.'],
  $you: ['您', 'You'], $staff: ['客服', 'Operator'], $typing: ['客服正在输入…', 'Operator is typing…'],
  $write: ['写消息', 'Message'], $send: ['发送', 'Send'], $photo: ['照片', 'Photo'], $sending: ['正在发送', 'Sending'], $failed: ['没有发出。', 'Not sent. '], $again: ['再发一次', 'Send again'],
  $offline: ['网络断了。您写的都在，连上就发。', 'Offline. What you wrote will be sent.'],
  $order: ['已登记，单号', 'Registered, number'], $code: ['查询码，只给您自己', 'Query code, for you alone'], $track: ['查进展', 'Follow it'],
  $sure: ['结束这次咨询吗？', 'End this chat?'], $over: ['这次咨询结束了。', 'This chat has ended.'],
  $rate: ['您满意吗？', 'Are you satisfied?'], $marks: ['很不满意|不满意|基本满意|满意|非常满意', 'Not at all|No|Mostly|Yes|Very much'], $solved: ['事情说清楚了吗？', 'Is it settled?'], $yes: ['清楚了', 'Yes'], $no: ['没有', 'No'], $more: ['还想说什么', 'Anything else'], $rate_send: ['提交评价', 'Send'], $rated: ['收到您的评价，谢谢。', 'Thank you.'], $fresh: ['再问一件事', 'Ask something else'],
  $leave: ['留言', 'Leave a message'], $left: ['我们按您留的电话回复。', 'We will call you back.'], $busy: ['现在接不通，请再试一次，或者打 12345。', 'Try again, or call 12345.'],
} as const satisfies Record<`$${string}`, readonly [zh: string, en: string]>;

export type WidgetWords = Record<keyof typeof WIDGET_WORDS, string>;

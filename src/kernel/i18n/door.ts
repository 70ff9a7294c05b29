/** Words of the doors of other systems, dead letters, contacts. */
// prettier-ignore
export const doorZh = {
  'error.signature_refused': '签名不对、过期，或者没有这个来源。', 'error.message_id_reused': '同一个消息编号不能用于不同的内容。', 'error.too_many_messages': '消息太多，请稍后再发。',
  'desk.doors': '接口', 'desk.doors_long': '接口与死信',
  'keys.redrive': '再送一次', 'keys.give_up': '不再送',
  'door.letters': '收到的消息', 'door.side': '这一条与来源', 'door.state.dead': '没收下', 'door.state.given_up': '不再送', 'door.state.done': '已收下',
  'door.hint.dead': '别的系统送来、平台没能收下的，新的在前。', 'door.hint.given_up': '决定不再送的，内容已删。', 'door.hint.done': '一个月内收下的，内容已删。',
  'door.empty.dead': '没有没收下的消息', 'door.empty_next.dead': '交换机、短信平台送来的都收下了。', 'door.empty.given_up': '没有不再送的消息', 'door.empty_next.given_up': '没收下又不用再送的，在“没收下”里按 G。', 'door.empty.done': '还没有收到消息', 'door.empty_next.done': '接上交换机或短信平台以后，收下的消息列在这里。',
  'door.received': '收到', 'door.source': '来源', 'door.what': '内容与原因', 'door.attempts': '次数', 'door.why': '原因', 'door.fields': '字段', 'door.external_id': '对方编号', 'door.unreadable': '读不懂的消息',
  'door.error.invalid_input': '有字段不合约定', 'door.error.invalid_json': '不是约定的格式', 'door.error.not_found': '说到的东西平台里没有', 'door.error.state_conflict': '晚了，已经是别的状态', 'door.error.already_done': '已经做过了',
  'door.sealed': '原文加密保存，这里不显示。收下或不再送以后删除。', 'door.erased': '原文已经删除。',
  'door.redrive': '再送一次', 'door.give_up': '不再送', 'door.give_up_what': '不再送这一条，它的原文现在就删除，找不回来。', 'door.give_up_yes': '不再送，删除原文', 'door.failed_again': '又送了一次，还是没收下：{why}', 'door.did_redrive': '这一条已收下。', 'door.did_give_up': '这一条不再送，原文已删除。',
  'door.sources': '来源', 'door.no_sources': '还没有别的系统可以接入。', 'door.sources_rule': '来源在服务器上用 npm run door 开、换密钥、关；密钥只显示一次。', 'door.dead_of': '{n} 条没收下', 'door.closed': '已关', 'door.per_minute': '每分钟至多 {n} 条', 'door.last': '最近', 'door.never': '还没有来过',
  'door.name.cti': '电话交换机', 'door.name.sms': '短信平台', 'door.name.sms_receipt': '短信回执',
  'door.kind.call.ringing': '来电振铃', 'door.kind.call.answered': '接通', 'door.kind.call.held': '保持', 'door.kind.call.transferred': '转接', 'door.kind.call.abandoned': '主叫放弃', 'door.kind.call.ended': '挂断', 'door.kind.recording.ready': '录音就绪', 'door.kind.sms': '市民来短信', 'door.kind.submitted': '短信已提交', 'door.kind.delivered': '短信已送达', 'door.kind.undelivered': '短信未送达',
};

// prettier-ignore
export const doorEn: Record<keyof typeof doorZh, string> = {
  'error.signature_refused': 'The signature is wrong or late, or there is no such source.', 'error.message_id_reused': 'This message id was used for other content.', 'error.too_many_messages': 'Too many messages; send again later.',
  'desk.doors': 'Interfaces', 'desk.doors_long': 'Interfaces and dead letters',
  'keys.redrive': 'Send in again', 'keys.give_up': 'Give up',
  'door.letters': 'Messages', 'door.side': 'This one and sources', 'door.state.dead': 'Not taken', 'door.state.given_up': 'Given up', 'door.state.done': 'Taken',
  'door.hint.dead': 'Sent by other systems and not taken, newest first.', 'door.hint.given_up': 'Decided not to be sent in again; their words are erased.', 'door.hint.done': 'Taken within a month; their words are erased.',
  'door.empty.dead': 'Nothing lies here', 'door.empty_next.dead': 'Everything that the switch and the SMS provider sent was taken.', 'door.empty.given_up': 'Nothing was given up', 'door.empty_next.given_up': 'What need not be sent in again is given up with G under “Not taken”.', 'door.empty.done': 'No message yet', 'door.empty_next.done': 'Once a switch or an SMS provider is connected, what was taken is listed here.',
  'door.received': 'Received', 'door.source': 'Source', 'door.what': 'What and why', 'door.attempts': 'Tries', 'door.why': 'Why', 'door.fields': 'Fields', 'door.external_id': 'Their id', 'door.unreadable': 'A message nobody could read',
  'door.error.invalid_input': 'Some fields are not as agreed', 'door.error.invalid_json': 'Not in the agreed format', 'door.error.not_found': 'It speaks of something unknown here', 'door.error.state_conflict': 'Late: things are in another state by now', 'door.error.already_done': 'It was done already',
  'door.sealed': 'Its words are kept encrypted and not shown; they are erased once it is taken or given up.', 'door.erased': 'Its words are erased.',
  'door.redrive': 'Send in again', 'door.give_up': 'Give up', 'door.give_up_what': 'It will not be sent in again, and its words are erased now, for good.', 'door.give_up_yes': 'Give up and erase', 'door.failed_again': 'Sent in again, still not taken: {why}', 'door.did_redrive': 'It was taken.', 'door.did_give_up': 'Given up; its words are erased.',
  'door.sources': 'Sources', 'door.no_sources': 'No other system may knock yet.', 'door.sources_rule': 'Sources are opened, given a new secret and closed on the server with npm run door; a secret is shown once.', 'door.dead_of': '{n} not taken', 'door.closed': 'closed', 'door.per_minute': 'at most {n} a minute', 'door.last': 'last', 'door.never': 'never came',
  'door.name.cti': 'Telephone switch', 'door.name.sms': 'SMS provider', 'door.name.sms_receipt': 'SMS receipts',
  'door.kind.call.ringing': 'A call rings', 'door.kind.call.answered': 'A call was answered', 'door.kind.call.held': 'A call was held', 'door.kind.call.transferred': 'A call was transferred', 'door.kind.call.abandoned': 'The caller gave up', 'door.kind.call.ended': 'A call ended', 'door.kind.recording.ready': 'A recording is ready', 'door.kind.sms': 'A citizen’s message', 'door.kind.submitted': 'Message handed over', 'door.kind.delivered': 'Message delivered', 'door.kind.undelivered': 'Message not delivered',
};

/**
 * Sentences that leave the house: to a citizen's telephone, to a unit's duty telephone; and what the
 * system demands in supervision orders.
 */
export const noticeZh = {
  'notice.receipt': '【云汀12345】您反映的事已经登记，单号{orderNo}，查询码{code}。查进展：{url}',
  'notice.rating_link':
    '【云汀12345】您反映的事（尾号{tail}）已有答复，请您评一评：{url}。{days}天内有效，评一次。',
  'notice.supplement_asked':
    '【云汀12345】您反映的事（单号{orderNo}）还差：{missing}。请到 {url} 补充，查询码{code}；也可以打12345说。',
  'notice.supplement_reminder':
    '【云汀12345】您反映的事（单号{orderNo}）还在等您补充：{missing}。请尽快到 {url} 补充，查询码{code}；到期未补充，将按现有情况处理。',
  'notice.supplement_expired':
    '【云汀12345】您反映的事（单号{orderNo}）到期没有补充，已经办结。还需要办理，请打12345或到 {url} 查看，查询码{code}。',
  'notice.no_substance_closed':
    '【云汀12345】您的来电没有说到具体的事，单号{orderNo}已经办结。有事请再打12345；查看：{url}，查询码{code}。',
  'notice.emergency_heard':
    '【云汀12345】工单{orderNo}：诉求人后来的话像紧急情况，请立即联系诉求人并到场：{url}',
  'notice.assigned': '【云汀12345】新派工单{orderNo}，请尽快签收：{url}',
  'notice.urged': '【云汀12345】工单{orderNo}有催办，请查看：{url}',
  'notice.reminded': '【云汀12345】工单{orderNo}时限提醒（{what}），请尽快办理：{url}',
  'notice.supervised': '【云汀12345】工单{orderNo}有督办单，请审签领导按期回复：{url}',
  'notice.supervision_due':
    '【云汀12345】工单{orderNo}的督办单还没有回复（{what}），请尽快回复：{url}',
  'notice.step': '请留意时限',
  'demand.overdue':
    '已超期，请说明到期以来未办结的原因，写明完成日期和责任人；今日先联系诉求人，说明进展。',
  'demand.redo':
    '诉求人不认可上次的办理结果，已重办。请说明上次未解决的原因，写明这次的措施、完成日期和责任人。',
  'demand.problem_order':
    '同一诉求已第二次重办，列为疑难工单。请主要负责人牵头，说明症结、解决方案、完成日期和责任人。',
  'demand.unanswered': '上一份督办单逾期未复。请一并回复，说明未按期回复的原因和完成日期。',
} as const;

export const noticeEn: Record<keyof typeof noticeZh, string> = {
  'notice.receipt':
    '[Yunting 12345] Your request is registered: no. {orderNo}, code {code}. Follow it: {url}',
  'notice.rating_link':
    '[Yunting 12345] Your request (…{tail}) has an answer. Rate it once within {days} {days:day|days}: {url}',
  'notice.supplement_asked':
    '[Yunting 12345] Your request {orderNo} still lacks: {missing}. Add it at {url} with code {code}, or call 12345.',
  'notice.supplement_reminder':
    '[Yunting 12345] Your request {orderNo} still waits for: {missing}. Add it soon at {url} with code {code}; after the time is over we go on with what we have.',
  'notice.supplement_expired':
    '[Yunting 12345] Nothing was added to your request {orderNo} in time; it is closed. If you still need it, call 12345 or see {url}, code {code}.',
  'notice.no_substance_closed':
    '[Yunting 12345] Your call named no matter; no. {orderNo} is closed. Call 12345 again if there is one; see {url}, code {code}.',
  'notice.emergency_heard':
    '[Yunting 12345] Work order {orderNo}: what the citizen said later sounds like an emergency. Contact them and go there now: {url}',
  'notice.assigned': '[Yunting 12345] New work order {orderNo}. Sign for it: {url}',
  'notice.urged': '[Yunting 12345] Work order {orderNo} has been urged: {url}',
  'notice.reminded': '[Yunting 12345] Work order {orderNo}, time limit ({what}): {url}',
  'notice.supervised':
    '[Yunting 12345] Work order {orderNo} has a supervision order; its leader must answer: {url}',
  'notice.supervision_due':
    '[Yunting 12345] The supervision order on {orderNo} is not answered ({what}): {url}',
  'notice.step': 'mind the limit',
  'demand.overdue':
    'It is overdue. Say why it was not done by its due date, when it will be done and who answers for it; contact the citizen today and tell them how far it is.',
  'demand.redo':
    'The citizen did not accept the last result and it is being redone. Say why it was not solved, what is done now, by when and by whom.',
  'demand.problem_order':
    'The same demand is being redone for the second time and is a problem order. The head of the unit leads: say what the crux is, the solution, by when and by whom.',
  'demand.unanswered':
    'The previous supervision order was not answered in time. Answer both, and say why it was late and when it will be done.',
};

/**
 * Sentences that leave the house: to a citizen's telephone, to a unit's duty telephone; and what the
 * system demands in supervision orders.
 */
export const noticeZh = {
  'notice.receipt': '【云汀12345】您反映的事已经登记，单号{orderNo}，查询码{code}。查进展：{url}',
  'notice.rating_link':
    '【云汀12345】您反映的事（尾号{tail}）已有答复，请您评一评：{url}，也可以直接回复1到5（5最满意）。{days}天内有效，评一次。',
  'notice.supplement_asked':
    '【云汀12345】您反映的事（单号{orderNo}）还差：{missing}。请到 {url} 补充，查询码{code}；也可以{reply}打12345说。',
  'notice.supplement_by_plain': '{hours}小时内直接回复这条短信，或',
  'notice.supplement_by_tail': '回复“{tail} 要补充的话”，或',
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
  'notice.answered':
    '【云汀12345】您反映的事（单号{orderNo}）有答复了：{answer}\n全文和办理经过：{url}，查询码{code}。',
  'notice.answer_on_page': '为保护您的信息，答复请到网页查看。',
  'notice.sms_rated':
    '【云汀12345】谢谢，您给尾号{tail}的办理打了{n}分，已经记下。别的事要评，请回复“分数 单号后四位”。',
  'notice.sms_already_rated':
    '【云汀12345】尾号{tail}的这件事您已经评过了，谢谢。还有话说，请打12345。',
  'notice.sms_nothing_to_rate':
    '【云汀12345】没有查到等您评价的事。答复送到后，您会收到评价短信，再回复1到5就行。',
  'notice.sms_stopped':
    '【云汀12345】已退订，不再给您发提醒和评价短信。您自己提的事，回执和答复仍会告诉您。要恢复，请回复HF。',
  'notice.sms_started': '【云汀12345】已恢复短信提醒。不想再收，请回复TD。',
  'notice.sms_urged': '【云汀12345】尾号{tail}的事已替您催办，办理单位会看到。一件事一天催一次。',
  'notice.sms_urged_already':
    '【云汀12345】尾号{tail}的事今天已经催过了，单位正在办。急事请打12345。',
  'notice.sms_nothing_to_urge':
    '【云汀12345】没有查到可以催办的事。保密或匿名的事，请到 {url} 凭单号和查询码催办。',
  'notice.sms_progress': '【云汀12345】\n{lines}\n详情请到 {url} 凭单号和查询码查看。',
  'notice.sms_progress_line': '尾号{tail}：{now}{unit}{by}。',
  'notice.sms_progress_unit': '，{unit}',
  'notice.sms_progress_by': '，最迟{day}答复您',
  'notice.sms_no_progress':
    '【云汀12345】没有查到您正在办的事。保密、匿名或别的号码提的事，请到 {url} 凭单号和查询码查看。',
  'notice.sms_same':
    '【云汀12345】您说的这件事已经登记过，单号{orderNo}，正在办。查进展请回复“进度”。',
  'notice.sms_supplemented':
    '【云汀12345】收到，已补进您反映的事（单号{orderNo}），接着办。要说的是另一件事，请回复“{anew} 什么事”，另外登记。{rate}',
  'notice.sms_which':
    '【云汀12345】您有事在等补充，这条没说是哪一件，还没有记下。请到 {url} 凭单号和查询码补充，或回复“单号后四位 要补充的话”（保密、匿名的只能在网页补充）。另一件事请回复“{anew} 什么事”。{rate}',
  'notice.sms_rate_so': '要评价，请回复“{n}分”。',
  'notice.sms_emergency':
    '【云汀12345】您说的像紧急情况，请马上打{target}！我们已登记（单号{orderNo}）并立即转交值班人员。',
  'notice.sms_help':
    '【云汀12345】请写清什么事、在哪里，我们就为您登记。回复“进度”查办理，“催办”催一催，“TD”退订。紧急情况请打110、119、120。',
  'delivery.kind_answered': '答复，给诉求人',
  'delivery.kind_sms_rated': '回短信：评价记下了',
  'delivery.kind_sms_already_rated': '回短信：已经评过',
  'delivery.kind_sms_nothing_to_rate': '回短信：没有可评的',
  'delivery.kind_sms_stopped': '回短信：已退订',
  'delivery.kind_sms_started': '回短信：已恢复',
  'delivery.kind_sms_urged': '回短信：已催办',
  'delivery.kind_sms_urged_already': '回短信：今天催过了',
  'delivery.kind_sms_nothing_to_urge': '回短信：没有可催的',
  'delivery.kind_sms_progress': '回短信：办理进度',
  'delivery.kind_sms_no_progress': '回短信：没有查到',
  'delivery.kind_sms_same': '回短信：已经登记过',
  'delivery.kind_sms_supplemented': '回短信：补充收到了',
  'delivery.kind_sms_which': '回短信：分不清补哪一件',
  'delivery.kind_sms_emergency': '回短信：请打紧急电话',
  'delivery.kind_sms_help': '回短信：怎么写',
  'delivery.delivered': '已送达',
  'delivery.undelivered': '没有送达',
  'delivery.undelivered_code': '没有送达（{code}）',
  'delivery.opted_out': '对方已退订',
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
    '[Yunting 12345] Your request (…{tail}) has an answer. Rate it once within {days} {days:day|days}: {url}, or reply 1 to 5 (5 is best).',
  'notice.supplement_asked':
    '[Yunting 12345] Your request {orderNo} still lacks: {missing}. Add it at {url} with code {code}, {reply}or call 12345.',
  'notice.supplement_by_plain': 'reply to this message within {hours} {hours:hour|hours}, ',
  'notice.supplement_by_tail': 'reply “{tail} your words”, ',
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
  'notice.answered':
    '[Yunting 12345] Your request {orderNo} has an answer: {answer}\nAll of it: {url}, code {code}.',
  'notice.answer_on_page': 'To protect you, the answer can only be read on the page.',
  'notice.sms_rated':
    '[Yunting 12345] Thank you: {n} of 5 for the request ending in {tail}. To rate another, reply “points last-four-digits”.',
  'notice.sms_already_rated':
    '[Yunting 12345] You have rated the request ending in {tail} already, thank you. Call 12345 to add anything.',
  'notice.sms_nothing_to_rate':
    '[Yunting 12345] Nothing of yours waits to be rated. After an answer you get a message; then reply 1 to 5.',
  'notice.sms_stopped':
    '[Yunting 12345] You get no more reminders. Receipts and answers to your own requests still come. Reply HF to start again.',
  'notice.sms_started': '[Yunting 12345] Messages are on again. Reply TD to stop them.',
  'notice.sms_urged':
    '[Yunting 12345] We have urged the office about the request ending in {tail}. Once a day for each.',
  'notice.sms_urged_already':
    '[Yunting 12345] The request ending in {tail} was urged today already; the office is on it. If it is pressing, call 12345.',
  'notice.sms_nothing_to_urge':
    '[Yunting 12345] We found nothing to urge. For confidential or anonymous requests use {url} with number and code.',
  'notice.sms_progress': '[Yunting 12345]\n{lines}\nDetails: {url} with number and code.',
  'notice.sms_progress_line': '…{tail}: {now}{unit}{by}.',
  'notice.sms_progress_unit': ', {unit}',
  'notice.sms_progress_by': ', answer by {day}',
  'notice.sms_no_progress':
    '[Yunting 12345] We found no open request of this number. For confidential or anonymous ones, or another number, use {url} with number and code.',
  'notice.sms_same':
    '[Yunting 12345] This is registered already as {orderNo} and under way. Reply JD for its progress.',
  'notice.sms_supplemented':
    '[Yunting 12345] Thank you, this was added to your request {orderNo}, which goes on. If you meant another matter, reply “{anew} your words” and we register it.{rate}',
  'notice.sms_which':
    '[Yunting 12345] We are waiting for more from you, but not sure which request this was for; nothing was added. Use {url} with number and code, or reply “last-four-digits your words” (confidential or anonymous ones: only on the page). For another matter reply “{anew} your words”.{rate}',
  'notice.sms_rate_so': ' To rate, reply {n} and the last four digits.',
  'notice.sms_emergency':
    '[Yunting 12345] This sounds like an emergency: call {target} now! We registered it ({orderNo}) and passed it to the duty desk.',
  'notice.sms_help':
    '[Yunting 12345] Tell us what it is about and where, and we register it. Reply JD for progress, CB to urge, TD to stop. In an emergency call 110, 119 or 120.',
  'delivery.kind_answered': 'Answer, to the citizen',
  'delivery.kind_sms_rated': 'Reply: rating noted',
  'delivery.kind_sms_already_rated': 'Reply: rated already',
  'delivery.kind_sms_nothing_to_rate': 'Reply: nothing to rate',
  'delivery.kind_sms_stopped': 'Reply: stopped',
  'delivery.kind_sms_started': 'Reply: started again',
  'delivery.kind_sms_urged': 'Reply: urged',
  'delivery.kind_sms_urged_already': 'Reply: urged today already',
  'delivery.kind_sms_nothing_to_urge': 'Reply: nothing to urge',
  'delivery.kind_sms_progress': 'Reply: progress',
  'delivery.kind_sms_no_progress': 'Reply: nothing found',
  'delivery.kind_sms_same': 'Reply: registered already',
  'delivery.kind_sms_supplemented': 'Reply: supplement added',
  'delivery.kind_sms_which': 'Reply: which request is meant',
  'delivery.kind_sms_emergency': 'Reply: call the emergency line',
  'delivery.kind_sms_help': 'Reply: what to write',
  'delivery.delivered': 'delivered',
  'delivery.undelivered': 'not delivered',
  'delivery.undelivered_code': 'not delivered ({code})',
  'delivery.opted_out': 'wants no messages',
  'demand.overdue':
    'It is overdue. Say why it was not done by its due date, when it will be done and who answers for it; contact the citizen today and tell them how far it is.',
  'demand.redo':
    'The citizen did not accept the last result and it is being redone. Say why it was not solved, what is done now, by when and by whom.',
  'demand.problem_order':
    'The same demand is being redone for the second time and is a problem order. The head of the unit leads: say what the crux is, the solution, by when and by whom.',
  'demand.unanswered':
    'The previous supervision order was not answered in time. Answer both, and say why it was late and when it will be done.',
};

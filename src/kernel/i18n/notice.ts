/** Sentences that leave the house: to a citizen's telephone, to a unit's duty telephone. */
export const noticeZh = {
  'notice.receipt': '【云汀12345】您反映的事已经登记，单号{orderNo}，查询码{code}。查进展：{url}',
  'notice.rating_link':
    '【云汀12345】您反映的事（尾号{tail}）已有答复，请您评一评：{url}。7天内有效，评一次。',
  'notice.assigned': '【云汀12345】新派工单{orderNo}，请尽快签收：{url}',
  'notice.urged': '【云汀12345】工单{orderNo}有催办，请查看：{url}',
} as const;

export const noticeEn: Record<keyof typeof noticeZh, string> = {
  'notice.receipt':
    '[Yunting 12345] Your request is registered: no. {orderNo}, code {code}. Follow it: {url}',
  'notice.rating_link':
    '[Yunting 12345] Your request (…{tail}) has an answer. Rate it once within 7 days: {url}',
  'notice.assigned': '[Yunting 12345] New work order {orderNo}. Sign for it: {url}',
  'notice.urged': '[Yunting 12345] Work order {orderNo} has been urged: {url}',
};

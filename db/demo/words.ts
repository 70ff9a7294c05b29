/** What the people at the desks write and say. */
import type { MissingItem } from '../../src/kernel/words.ts';

interface Said {
  category: string;
  type: string;
}

/** Classes settled by going there and mending, clearing or measuring something. */
const ON_SITE = /^(?:010[1256]|02(?!07)|030[12346]|040[45]|0507|1005|11|120[56]|1404|150[123])/;

/** Whether the matter is a place one goes to; a question, an idea or thanks never is. */
export const onSite = ({ category, type }: Said): boolean =>
  ON_SITE.test(category) && ['complaint', 'help', 'report'].includes(type);

// prettier-ignore
const CALLED = [
  '电话联系上了，问清楚了前后经过，约好明天上午再通话。',
  '打通了，诉求人说白天上班，改约晚上七点后联系。',
  '同本人通了话，补充了几点情况，已记下。已告知大概几天能有结果。',
  '联系上诉求人，先说明已经收到、由谁来办，留了经办人电话。',
  '通话四分钟，诉求人讲得很细，答应每两天报一次进展。',
  '诉求人在外地，委托儿子联系，已记下号码。',
];
// prettier-ignore
const CALLED_ABOUT_PLACE = ['电话里问清楚了具体位置和时间，约好明天上午到现场。', '微信加上了，发来三张照片，位置清楚。', '通了话，说明今天就派人去看。'];
const VISITED = [
  '到现场见了面，一起看了一圈，诉求人指认了位置。',
  '上门见到本人，当面看了情况，拍了照片。',
];
// prettier-ignore
const NOT_REACHED = ['打了两次没有人接，晚上再打。', '号码关机，发了短信说明来意。', '响了很久没有接，明早九点再联系。'];
const NOBODY_THERE = ['上门没有人在，留了联系单。', '到了约的地方没有见到本人，晚上再联系。'];

/** What is noted of the first contact. */
export function firstContact(said: Said, method: 'phone' | 'visit', reached: boolean) {
  if (method === 'visit') return reached ? VISITED : NOBODY_THERE;
  if (!reached) return NOT_REACHED;
  return onSite(said) ? [...CALLED, ...CALLED_ABOUT_PLACE] : CALLED;
}

// prettier-ignore
const PROGRESS = [
  '已核对过情况，下午同科室一起定办理意见。',
  '相关材料在调取，预计两天内到齐。',
  '同有关单位碰了头，分了工，每天对一次进度。',
  '已同诉求人通话说明进展，没有新的要求。',
  '办理意见已拟好，等分管负责人看过。',
];
// prettier-ignore
const PROGRESS_ON_SITE = [
  '已到现场看过，拍了照片，下午开会定方案。',
  '作业人员排到后天进场，已同诉求人说明。',
  '同属地、社区到现场碰了头，明天起每天去一趟。',
  '已发整改通知书，等责任方三天内回复。',
  '第一次整改不到位，退回去重做。',
  '现场处理了一半，剩下的明天收尾。',
];
/** By the first two digits, for what is not settled on the spot. */
// prettier-ignore
const PROGRESS_OF: Record<string, readonly string[]> = {
  '05': ['约了商家周四来调解，诉求人同意。', '商家的票据和进货记录调来了，正在核对。'],
  '06': ['已约用人单位带考勤和工资表来谈。', '社保和合同记录调出来了，正在逐月核对。'],
  '07': ['接诊和收费记录已调取，请科室书面说明。', '同医保、医院对过一遍，还差一份清单。'],
  '08': ['已同学校或机构负责人见面，材料明天送来。', '家长和校方约在周四见面谈。'],
  '09': ['社区上门了解过家里情况，表格已代填。', '同民政、社区核对了名册。'],
  '10': ['派出所已调取记录，正在核实。', '社区民警同当事人通过电话。'],
  '13': ['企业专员已对接，材料补了一次。', '同财政、园区核对了一遍台账。'],
  '14': ['约了经营方来说明，订单和合同已调取。', '同场馆负责人见了面，要求明天交书面说明。'],
  '16': ['窗口录像和办件记录已调取，正在看。', '同相关科室核对了口径。'],
};

/** What is noted along the way. */
export function progress(said: Said): readonly string[] {
  if (onSite(said)) return PROGRESS_ON_SITE;
  const asks = !['complaint', 'help', 'report'].includes(said.type);
  return asks ? PROGRESS : [...PROGRESS, ...(PROGRESS_OF[said.category.slice(0, 2)] ?? [])];
}

const CO_REPLIES = [
  '协办事项已完成，核对的材料和记录已转给主办单位。',
  '已核对辖区台账，涉及的单位名单转给主办。',
  '经核实，属我方的部分已办完，请主办单位一并答复。',
];
const CO_REPLIES_ON_SITE = [
  '我方已派网格员到场配合，维持秩序，未发现新的情况。',
  '协办事项已完成：提供了监控录像和走访记录。',
  '现场配合做了疏导，后续由我方网格每日巡查。',
  '经核实，属我方部分已整改完毕，附照片。',
];

/** What a co-handler says. */
export const coReplies = (said: Said): readonly string[] =>
  onSite(said) ? [...CO_REPLIES, ...CO_REPLIES_ON_SITE] : CO_REPLIES;

// prettier-ignore
export const ANSWERS: Record<string, readonly string[]> = {
  '07': ['异地就医先备案：手机上的国家医保服务平台，或参保地窗口都能办，办好当天生效，住院时出示医保码就能直接结算。', '门诊慢特病凭近两年的病历到参保地窗口认定，七个工作日内有结果，办好后药店也能报。'],
  '06': ['失业金在离职六十天内申请最合适，手机上的“社保服务”里就能提交，缺离职证明可以先容缺，十个工作日内发放。', '工伤先由单位在三十天内申报；单位不报，本人一年内可以自己到人社窗口报，带上病历和证人说明。'],
  '08': ['按户籍和房产的一致程度分批录取，房产在祖父母名下、同住满三年的按第二批报，六月中旬在招生平台登记。'],
  '01': ['换届由街道指导，百分之二十以上业主书面提出就可以要求召开；业委会六十天内不开，由社区组织。', '公积金提取在手机上办，租房一年一次，凭承诺书不用发票，三个工作日到账。'],
  '04': ['老年卡带身份证到任一公交服务点，当场出卡；年满七十全天免费，六十到六十九半价。'],
  '16': ['营业执照、社保和公积金开户可以一次办，市民中心二楼“一件事”窗口，带身份证原件，当天出证。', '身份证到期前三个月就能换，全市任一派出所都可以，十五个工作日寄到家。'],
};
// prettier-ignore
export const ANSWER_OTHER = [
  '按现行规定可以办：带身份证原件和相关凭证到就近的便民服务中心，材料齐全当场办；也可以在手机上先预约，不用排队。',
  '这件事不收费，也没有时限的限制。流程分三步：先网上登记，再窗口核验，最后短信通知领取，一般五个工作日。',
  '查过知识库：目前的标准从今年七月起执行，您这种情况符合条件，不需要另外申请，系统会自动办理。',
  '现行办法里写明了两种情形，您说的属于第二种，由所在街道受理，电话里已把地址和工作时间告诉您了。',
  '这条线路和时间可以在“云汀出行”上实时看到；节假日另有安排，会提前三天公布。',
];
export const REJECT_GUIDANCE: Record<string, string> = {
  N01: '可以到市信访局接待大厅，或在国家信访网上反映。',
  N03: '行政复议、诉讼正在进行的，请等结果；可向复议机关咨询。',
  N04: '对判决不服，可以在法定期限内上诉或申请再审；需要法律援助请打12348。',
  N05: '仲裁已受理的，请等裁决；不服可以起诉。',
  N06: '涉及商业秘密或个人隐私，请依法申请政府信息公开。',
  N07: '同样的事已经答复，没有新的事实；有新情况请补充后再来电。',
  N08: '请向军队有关部门反映，我们把联系方式告诉您。',
  N09: '民事纠纷可以找人民调解委员会，或向法院起诉；法律援助12348。',
  N10: '信息不全、无法联系，请补充后再来电。',
};
export const REJECT_OTHER = '请按告知的渠道反映；需要法律方面的帮助，请打12348。';
/** What is asked for, and the words it is asked in. */
export interface Asking {
  missing: MissingItem[];
  questions: string[];
}
export const PLACE_ASKED: Asking = {
  missing: ['address'],
  questions: [
    '请告诉我们具体在哪条路、哪个小区门口，附近有什么店或者门牌。',
    '是哪一天、大概几点发生的？请再说一说地点在哪个街道。',
    '请补充单位的全名和地址，有照片或单据的话也请一并提供。',
  ],
};
export const TIME_ASKED: Asking = {
  missing: ['occurred', 'evidence'],
  questions: [
    '是从哪天开始的？最近一次大概几点？手机上有照片的话请一起发来。',
    '请补充最近一次看到的日期和时间，现场照片拍一两张就够。',
    '白天还是晚上多？方便的话请拍张照片，办的人好先认清是哪一处。',
  ],
};
export const SUPPLEMENTED = [
  '就在南塘街道南塘菜场后门那条弄堂，进去三十米左手边。',
  '文渊街道文渊路和学士街路口，靠公交站这一边，上个礼拜三晚上八点多。',
  '北桥街道北桥新村东门口，门口有个修车摊。',
];
// prettier-ignore
export const RATED_WELL = ['说到做到，第二天就联系我了。', '满意，态度也好。', '办好了，谢谢你们。', '比我想的快。', '跑了一趟就办好了，不错。', ''];
// prettier-ignore
export const RATED_BADLY = ['问了几句就没有下文，问题还在。', '答非所问，等于没办。', '拖了这么久，还是老样子。', '说办好了，去问根本没动。', '电话打了好几个，各说各的。'];
export const FINDINGS = [
  '要办的事只答了一半，核查的经过也没有写。请补充时间、依据和完成日期。',
  '答复与派单内容不对应，没有说明什么时候做完、谁负责。',
  '没有联系诉求人的记录，办理措施写得太空。',
  '公开稿里有内部用语，市民看不懂，请改写后再报。',
];
export const REDO_REASONS = [
  '回访核实，问题没有解决，实际情况与答复不符，请重新办理并由负责人带队。',
  '诉求人称只联系过一次，承诺的期限已过仍未办，重办。',
  '答复未回应主要诉求，重办时请逐项说明。',
];
export const CLOSED_EXPLAINED = '超出现行政策，单位已当面解释，理由充分，予以办结。';
export const SUPERVISION_DEMANDS = [
  '请主要负责人过问，三个工作日内见诉求人，说明未按期办结的原因和完成日期。',
  '同类诉求一周内已有多件，请举一反三，书面说明整改计划。',
];
export const SUPERVISION_REPLIES = [
  '分管领导已过问，原因是两个科室交接不清。现明确由二科负责，本周五前完成，期间每天联系诉求人一次。',
  '未按期办结系经办人员调整、没有交接，已另派专人，三天内办完；责任人已约谈。',
  '情况复杂，涉及两个单位，已召集协调，{d}前拿出方案。',
  '正在办理。',
];
export const SENT_BACK = '没有写明完成日期和责任人，请补充后重报。';
export const URGED = [
  '又打来问，说还没有人联系过，请尽快。',
  '诉求人第二次来电催问，语气着急。',
  '过了说好的日子，请抓紧并回电。',
];
export const NO_SUBSTANCE = { asked: '问了两次想反映什么事，没有回应。', answer: '' };
export const WITHDRAWN = [
  '今天已经有人来解决了，不用再办了。',
  '已经同对方商量好，撤掉吧。',
  '是我自己弄错了，不麻烦你们了。',
];

/** Why a caller is to be restricted. */
export const SHOUTED = '几天内三次来电辱骂话务员，问诉求不说，每次都已警告。';

// ---------------------------------------------------------------- in a chat

export const CHAT_ASKED = [
  '您好，已看到您说的情况。请问还有要补充的吗，比如具体位置？',
  '您好，我来为您登记。方便再说一下是在哪里、什么时候的事吗？',
  '您好，您的问题收到了，请稍等，我核对一下。',
];
export const CHAT_SAID = ['就是上面说的这些。', '没有别的了，麻烦你们。', '暂时就这个问题，谢谢。'];
export const CHAT_NOTED = [
  '已经登记好了，单号和查询码在上面，办理进展会发短信告诉您。',
  '好的，已为您登记。凭单号和查询码可以随时在网上查看进度。',
];
/** Where nobody sits at the desk: what they want they leave. */
export const CHAT_HELLO = '你好，有人吗？';
/** Those who wait for somebody at the chat desk when the play is over. */
export const CHAT_WAITING = [
  '你好，我们小区门口的共享单车堆得人都过不去，这个归哪里管？',
  '请问居住证到期了，可以在手机上续签吗？要带什么材料？',
  '楼上装空调把外机挂在我家窗口上面，滴水滴了一夏天，能不能叫人来看看？',
  '我妈的老年公交卡刷不出来了，司机说要去年检，到哪里办？今天还来得及吗？',
];

/** What operators say in chats again and again, by the short word that brings it. */
export const CANNED: readonly { shortcut: string; zh: string; en: string }[] = [
  {
    shortcut: 'nh',
    zh: '您好，这里是 12345 热线，请说说您遇到的事情，越具体越好。',
    en: 'Hello, this is the 12345 hotline. Please tell us what happened, as precisely as you can.',
  },
  {
    shortcut: 'dz',
    zh: '请告诉我们事情发生的地点：哪个区、哪条路、几号，或者附近的明显标志。',
    en: 'Where did it happen? District, road and number, or a landmark nearby.',
  },
  {
    shortcut: 'zp',
    zh: '方便的话请拍一张照片发过来，能看清位置和周围环境就可以。',
    en: 'If you can, please send a photo that shows the place and what is around it.',
  },
  {
    shortcut: 'dh',
    zh: '请留一个能联系到您的手机号码，承办单位可能需要向您核实情况。',
    en: 'Please leave a mobile number: the unit in charge may have to ask you something.',
  },
  {
    shortcut: 'dj',
    zh: '您的诉求已经登记，编号和查询码会发到对话里，请保存好。',
    en: 'Your matter is registered; its number and query code appear in this chat. Please keep them.',
  },
  {
    shortcut: 'xj',
    zh: '感谢您的来信，对话结束后请为这次服务打分。再见！',
    en: 'Thank you for writing to us. Please rate this chat when it ends. Goodbye!',
  },
];

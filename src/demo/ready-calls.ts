/** Callers and what they say, ready to be chosen where somebody makes the operator's telephone ring. */

/** Numbers of the made-up city's block; nobody has them. */
export const CALLERS = [
  { phone: '13900000001', name: '陈女士' },
  { phone: '13900000002', name: '老周' },
  { phone: '13900000007', name: '王先生' },
  { phone: '13900000012', name: '翠竹苑业主' },
  { phone: '13900009001', name: '' },
] as const;

/** Ordinary, unclear, two in one, confidential, and two that cannot wait. */
export const SAID = [
  '喂，我住南塘街道翠竹苑三幢，楼下水管爆了，水往外冒了一个多钟头，地下车库都要淹进去了，你们快叫水务来看看。',
  '我想问一下，我妈的医保是外地的，下个月要来云汀做手术，备案是在老家办还是在这里办？',
  '菜场后面那条路，天天早上六点就有人摆摊，电瓶车都推不过去，说过好几回了，没人管。',
  '两件事情：小区门口的路灯坏了半个月，还有我们厂里上个月工资到现在没发，老板人也找不到了。',
  '我举报石埠镇一家厂晚上偷偷排黑水，千万别说是我讲的，我老公还在那里上班。',
  '快点！对面楼五楼在冒烟，看得到火，窗口有人在喊！',
  '我刚才给人转了六万块，才发觉是骗子，钱还追得回来吗？',
] as const;

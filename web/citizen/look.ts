/**
 * The style of every citizen's page, sent inside the page so that one request is enough. Colours,
 * sizes and parts are those of the design (look/citizen.css); choices show themselves by
 * `:checked + span`, which old browsers in telephones know. `:has` only greys what a choice makes
 * idle: without it nothing is greyed, and the server decides as before.
 */
const TOKENS = `
:root{color-scheme:light dark;--bg:#f2f4f7;--paper:#fff;--line:#dfe3e9;--line-s:#848e9c;--ink:#18212d;--ink-2:#3f4a58;--ink-3:#596473;--p:#0958d9;--on-p:#fff;--p-ink:#0a4cb8;--p-soft:#e6effd;--ok:#17653a;--ok-soft:#e5f4ea;--warn:#744700;--warn-soft:#fff2d6;--err:#a51d17;--err-soft:#fdecea;
--fs:17px;--lh:28px;--h1:24px;--h1l:34px;--sm:15px;--sml:22px;--tap:48px;--pad:20px;--gap:20px}
@media (prefers-color-scheme:dark){:root{--bg:#0e131a;--paper:#151c25;--line:#293341;--line-s:#6d7a8d;--ink:#e4e9f0;--ink-2:#b8c2cf;--ink-3:#95a1b1;--p:#2a6ae0;--p-ink:#8fb8ff;--p-soft:#172a4a;--ok:#83d4a3;--ok-soft:#112d1e;--warn:#f1c56f;--warn-soft:#33260b;--err:#ff9f97;--err-soft:#3a1917}}
.elder{--fs:22px;--lh:36px;--h1:30px;--h1l:42px;--sm:19px;--sml:28px;--tap:60px;--gap:24px}
.huge{--fs:27px;--lh:42px;--h1:36px;--h1l:50px;--sm:23px;--sml:34px;--tap:68px}
`;

const BASE = `
*,*::before,*::after{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:400 var(--fs)/var(--lh) "PingFang SC","HarmonyOS Sans SC","Microsoft YaHei","Noto Sans CJK SC","WenQuanYi Zen Hei",system-ui,sans-serif;font-variant-numeric:tabular-nums;line-break:strict;text-spacing-trim:trim-start;text-autospace:normal;overflow-wrap:anywhere;-webkit-text-size-adjust:100%}
h1,h2,p,ul,ol,dl,dd,fieldset,legend{margin:0;padding:0;border:0;min-width:0}
ul,ol{list-style:none}
h1{font-size:var(--h1);line-height:var(--h1l);font-weight:600;text-wrap:balance}
h2{font-size:1em;line-height:inherit;font-weight:600}
p{text-wrap:pretty}
a{color:var(--p-ink)}
:focus-visible{outline:3px solid var(--p-ink);outline-offset:2px}
.vh{position:absolute;width:1px;height:1px;margin:-1px;padding:0;border:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.page{max-width:480px;min-height:100vh;min-height:100dvh;margin:0 auto;display:flex;flex-direction:column}
@media (min-width:768px){body{background:var(--bg)}.page{background:var(--paper);border:solid var(--line);border-width:0 1px}}
.demo{padding:4px var(--pad);background:var(--warn-soft);color:var(--warn);font-size:var(--sm);line-height:var(--sml);display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;column-gap:12px}
.demo a{color:inherit;display:inline-flex;align-items:center;min-height:var(--tap)}
.demo span:first-child{padding:6px 0}
.elder .demo a{font-size:.8em}
header{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;min-height:52px;padding:0 var(--pad);border-bottom:1px solid var(--line);font-size:16px;line-height:24px}
.elder header{font-size:20px;line-height:30px;min-height:64px}
header>a{display:flex;align-items:center;gap:8px;min-height:var(--tap);color:var(--ink);font-weight:600;text-decoration:none;white-space:nowrap}
header i{display:grid;place-items:center;width:26px;height:26px;border-radius:4px;background:var(--p);color:var(--on-p);font-style:normal;font-size:15px;line-height:1}
header div{display:flex;flex-wrap:wrap;justify-content:flex-end;gap:0 16px;margin-left:auto}
.lk,header div a{display:inline-flex;align-items:center;min-height:var(--tap);padding:0;border:0;background:none;color:var(--p-ink);font:inherit;white-space:nowrap;text-decoration:none;cursor:pointer}
.lk.u{text-decoration:underline}
main,form.page-form{display:flex;flex-direction:column;flex:1}
.in{padding:var(--gap) var(--pad);display:grid;grid-template-columns:minmax(0,1fr);gap:var(--gap);align-content:start;flex:1}
.act{padding:12px var(--pad) 16px;border-top:1px solid var(--line);display:grid;gap:10px;background:var(--paper)}
.act .hint{text-align:center}
.sub{color:var(--ink-2);font-size:.9em;line-height:1.65}
.hint{color:var(--ink-3);font-size:.86em;line-height:1.6}
.mt{margin-top:6px}
.strong{color:var(--ink);font-weight:600}
.words{white-space:pre-line}
`;

const FORMS = `
.step{font-size:var(--sm);line-height:var(--sml);color:var(--ink-2)}
.step i{display:inline-block;width:28px;height:4px;margin-right:4px;border-radius:2px;background:var(--line-s);opacity:.5;vertical-align:middle}
.step i.on{background:var(--p);opacity:1}
.field>label,.field>legend,.field>.lab{display:flex;flex-wrap:wrap;align-items:baseline;column-gap:8px;width:100%;margin-bottom:6px;font-weight:600}
.field small{font-weight:400;color:var(--ink-3);font-size:.82em}
.cnt{margin-left:auto}
textarea,.inp{display:block;width:100%;min-height:var(--tap);padding:10px 14px;border:1px solid var(--line-s);border-radius:10px;background:var(--paper);color:var(--ink);font:inherit;resize:vertical}
.bad textarea,.bad .inp,.bad .opt span{border-color:var(--err)}
.bad textarea,.bad .inp{box-shadow:0 0 0 1px var(--err)}
.err{margin-top:6px;color:var(--err);font-size:.9em;line-height:1.6}
.sum{padding:12px 16px;border:2px solid var(--err);border-radius:10px;background:var(--err-soft);color:var(--err)}
.sum:focus{outline:0}
.sum a{display:inline-flex;align-items:center;min-height:var(--tap);color:inherit}
.btn{display:flex;align-items:center;justify-content:center;width:100%;min-height:var(--tap);padding:8px 16px;border:1px solid var(--line-s);border-radius:10px;background:var(--paper);color:var(--ink);font:inherit;font-weight:500;text-decoration:none;text-align:center;cursor:pointer}
.btn.p{background:var(--p);border-color:var(--p);color:var(--on-p);font-weight:600}
.btn.no{border-color:var(--err);color:var(--err)}
.btn:disabled{border-style:dashed;color:var(--ink-3);cursor:default}
.two{display:grid;grid-template-columns:1fr 1fr;gap:10px}
.three{display:grid;grid-template-columns:repeat(3,1fr);gap:10px}
.act .two{grid-template-columns:1fr 2fr}
.huge .two,.huge .three,.huge .act .two{grid-template-columns:1fr}
.list{display:grid;gap:10px}
.list.tight{gap:6px}
.opt{position:relative;display:block;cursor:pointer}
.opt input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.opt>span{display:flex;align-items:center;gap:12px;min-height:var(--tap);padding:8px 14px;border:1px solid var(--line-s);border-radius:10px;font-weight:500}
.opt.c>span{justify-content:center}
.opt b{width:1.2em;font-weight:600;text-align:center}
.opt span span{flex:1}
.opt small{display:block;font-size:.82em;line-height:1.55;color:var(--ink-2);font-weight:400}
.opt .box::before{content:"";flex:none;width:22px;height:22px;border:2px solid var(--line-s);border-radius:4px}
.opt .dot::before{content:"";flex:none;width:22px;height:22px;border:2px solid var(--line-s);border-radius:50%}
.opt :checked+span{box-shadow:inset 0 0 0 1px var(--p);border-color:var(--p);background:var(--p-soft)}
.opt :checked+.box::before{content:"✓";display:grid;place-items:center;border-color:var(--p);background:var(--p);color:var(--on-p);font-size:15px;line-height:1}
.opt :checked+.dot::before{border:7px solid var(--p);background:var(--on-p)}
.opt :checked+.tick::after{content:"✓";margin-left:auto;color:var(--p-ink)}
.opt.c :checked+.tick::after{position:absolute;top:1px;right:7px;font-size:13px;line-height:18px}
.elder .opt .box::before,.elder .opt .dot::before{width:28px;height:28px}
.opt :focus-visible+span{outline:3px solid var(--p-ink);outline-offset:2px}
.sz{display:flex;gap:10px;padding:12px var(--pad) 0}
.sz .btn{flex:1}
.sz [aria-current]{border:2px solid var(--p);background:var(--p-soft);font-weight:600}
.sz .big{font-size:1.2em}
@media (forced-colors:active){.opt :checked+span{outline:3px solid Highlight}}
`;

const PARTS = `
.slip{border:1px solid var(--line-s);border-radius:10px;overflow:hidden}
.slip div{padding:12px 16px}
.slip div+div{border-top:1px dashed var(--line-s)}
.slip dt{font-size:var(--sm);line-height:var(--sml);color:var(--ink-2)}
.slip dd{font-size:24px;line-height:34px;letter-spacing:.02em;white-space:nowrap}
.slip .code{font-size:34px;line-height:44px;letter-spacing:.14em;font-weight:600}
.huge .slip dd{font-size:28px}.huge .slip .code{font-size:38px}
.said{padding:14px 16px;border-radius:10px;background:var(--ok-soft);color:var(--ok)}
.said.w{background:var(--warn-soft);color:var(--warn)}
.tk{margin-top:8px}
.tk>li{position:relative;padding:0 0 16px 30px}
.tk>li::before{content:"";position:absolute;left:4px;top:calc(var(--lh)/2 - 6px);width:12px;height:12px;border:2px solid var(--line-s);border-radius:50%;background:var(--paper)}
.tk>li::after{content:"";position:absolute;left:9.5px;top:calc(var(--lh)/2 + 10px);bottom:calc(8px - var(--lh)/2);width:1px;background:var(--line-s)}
.tk>li:last-child::after{content:none}
.tk .on::before{background:var(--p);border-color:var(--p)}
.tk .to{color:var(--ink-3)}
.tk .when{font-size:var(--sm);line-height:var(--sml);color:var(--ink-3)}
.tk .words{color:var(--ink-2);font-size:.94em}
summary{display:inline-flex;align-items:center;min-height:var(--tap);color:var(--p-ink);cursor:pointer;list-style:none;text-decoration:underline}
summary::-webkit-details-marker{display:none}
.row{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;column-gap:12px}
.row.mid{justify-content:center;column-gap:28px}
.row>a{display:inline-flex;align-items:center;min-height:var(--tap)}
.facts>div,.facts>li{display:grid;gap:2px;padding:12px 0;border-top:1px solid var(--line)}
.facts dt{font-size:var(--sm);line-height:var(--sml);color:var(--ink-2)}
.doors{display:grid;gap:12px}
.doors .btn{flex-direction:column;min-height:88px;font-size:1.12em}
.doors small{font-size:.78em;font-weight:400;line-height:1.5}
.said .three{margin-top:10px}
.said .btn{flex-direction:column;padding:8px 4px;border-color:currentColor;background:none;color:inherit;line-height:1.4}
.said .btn b{font-size:1.12em}.said .btn small{font-size:.82em;font-weight:400}
code{font:inherit;font-size:.9em;overflow-wrap:anywhere}
@media print{.demo,header div,.act,.sz{display:none}.page{min-height:0}}
`;

const PHOTOS = `
.pics,.pics ul{display:flex;flex-wrap:wrap;gap:10px}
.pics ul:empty{display:none}
.pics li{width:88px;text-align:center;font-size:var(--sm);line-height:var(--sml)}
.pics img,.pics li>span{display:block;width:100%;height:88px;object-fit:cover;border-radius:10px;border:1px solid var(--line)}
.pics li>span{padding:4px;overflow:hidden;font-size:13px;line-height:18px}
.pics .lk{width:100%;justify-content:center;text-decoration:underline}
.pics a{display:block}
.elder .pics li{width:104px}
.huge .pics li{width:132px}
.field .hint:empty{display:none}
fieldset .hint,fieldset .err{margin-top:6px}
`;

const SAYS = `
.danger{display:grid;gap:10px;padding:14px 16px 16px;border:2px solid var(--err);border-radius:10px;background:var(--err-soft);color:var(--err)}
.danger h2{font-size:var(--h1);line-height:var(--h1l)}
.danger .btn{gap:12px;border-color:var(--err);background:none;color:inherit}
.danger .first{min-height:calc(var(--tap) + 20px);background:var(--err);color:var(--err-soft);font-size:1.25em}
.danger small{font-size:.8em;font-weight:400}
.skip{position:absolute;left:8px;top:-99px;z-index:1;padding:8px 16px;border-radius:10px;background:var(--paper)}
.skip:focus{top:8px}
main:focus{outline:0}
@media (max-width:300px){:root{--pad:14px}.two,.three,.act .two{grid-template-columns:1fr}.slip dd,.huge .slip dd{font-size:20px;line-height:28px;white-space:normal}.slip .code,.huge .slip .code{font-size:24px;letter-spacing:.06em}.opt>span{padding:8px 10px}}
`;

/**
 * Choosing photos, for the pages with the script: without it the browser's own control is shown,
 * with it a tile as wide as a photo.
 */
export const FILES = `
.pics .wait span{display:grid;place-items:center;background:var(--line)}
.pics canvas{display:block;width:100%;height:88px;border-radius:10px;opacity:.6}
.add{width:100%;display:grid;gap:10px}
.add[hidden]{display:none}
.add label{font-weight:500}
.add input{width:100%;min-height:var(--tap);padding:10px 14px;border:1px dashed var(--line-s);border-radius:10px;background:var(--paper);color:var(--ink);font:inherit;font-size:var(--sm)}
.js .add{position:relative;width:88px;height:88px}
.js .add label{display:grid;place-items:center;height:88px;border:1px dashed var(--line-s);border-radius:10px;color:var(--ink-2);font-size:var(--sm);line-height:var(--sml);text-align:center}
.js .add input{position:absolute;inset:0;width:100%;height:100%;opacity:0;cursor:pointer}
.js .add:focus-within label{outline:3px solid var(--p-ink);outline-offset:2px}
.js .add button{display:none}
.js [aria-busy] .add{visibility:hidden}
.elder.js .add{width:104px}
.huge.js .add{width:132px}
`.replace(/\n/g, '');

/** What a choice on the second screen makes idle, and why; only that screen needs it. */
export const IDLE = `
.why,.opt .why{display:none}
.opt.off>span{border:1px dashed var(--line-s);background:none;box-shadow:none;color:var(--ink-3)}
.opt.off .box::before{opacity:.4}
form:has([value=anonymous]:checked) .idle>.why{display:block}
form:has([value=anonymous]:checked) .idle>:not(.why):not(.err){opacity:.5;pointer-events:none}
form:has(:is([value=anonymous],[name=confidential]):checked) .ask>span{border:1px dashed var(--line-s);background:none;box-shadow:none;color:var(--ink-3)}
form:has(:is([value=anonymous],[name=confidential]):checked) .ask .box::before{opacity:.4}
form:has(:is([value=anonymous],[name=confidential]):checked) .ask small{display:none}
form:has(:is([value=anonymous],[name=confidential]):checked) .ask small.why{display:block}
`.replace(/\n/g, '');

/** The constant style of every page; about 11 kB. */
export const LOOK = `${TOKENS}${BASE}${FORMS}${PARTS}${PHOTOS}${SAYS}`.replace(/\n/g, '');

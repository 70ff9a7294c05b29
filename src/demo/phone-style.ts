/** The look of the telephone page; inlined, as the page may load nothing. */
export const PHONE_STYLE = `:root{color-scheme:light dark;--bg:#f2f4f7;--card:#fff;--line:#dfe3e9;--ink:#18212d;--soft:#586372;--link:#0a4cb8;--bubble:#e8eef8;--on:#e3ecfb;--go:#0958d9;--ok:#e3f4ea;--okink:#0d5c34;--end:#a8071a}
@media (prefers-color-scheme:dark){:root{--bg:#0e131a;--card:#151c25;--line:#293341;--ink:#e4e9f0;--soft:#9aa6b6;--link:#8fb8ff;--bubble:#1e2937;--on:#1d2b42;--go:#2f6fe0;--ok:#12301f;--okink:#8fe0b4;--end:#ff9c9c}}
*{box-sizing:border-box}body{margin:0;font:16px/1.65 "PingFang SC","Noto Sans CJK SC","Microsoft YaHei","WenQuanYi Zen Hei",system-ui,sans-serif;background:var(--bg);color:var(--ink)}
header{display:flex;flex-wrap:wrap;gap:6px 16px;align-items:center;padding:10px 20px;background:var(--card);border-bottom:1px solid var(--line)}
h1{font-size:18px;margin:0}h2{font-size:16px;margin:0 0 10px;display:flex;gap:12px;align-items:baseline}.now{margin:0;color:var(--soft);font-variant-numeric:tabular-nums}
nav{display:flex;flex-wrap:wrap;gap:4px}nav a{padding:6px 12px;border-radius:6px;color:var(--link);text-decoration:none}nav a[aria-current]{background:var(--on);font-weight:600}
header form{display:flex;gap:8px;margin-left:auto}button{font:inherit;min-height:40px;padding:4px 14px;border:1px solid var(--line);border-radius:8px;background:var(--card);color:var(--ink);cursor:pointer}
a:focus-visible,button:focus-visible,select:focus-visible,textarea:focus-visible,input:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.said{flex-basis:100%;margin:0;padding:6px 12px;border-radius:6px;background:var(--ok);color:var(--okink)}
main{max-width:1040px;margin:0 auto;padding:16px 20px;display:grid;grid-template-columns:340px 1fr;gap:20px;align-items:start}
ol{list-style:none;margin:0;padding:0;background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:hidden}
li+li{border-top:1px solid var(--line)}li a{display:grid;grid-template-columns:1fr auto;gap:0 10px;padding:9px 14px;color:inherit;text-decoration:none}li a[aria-current]{background:var(--on)}
li b{font-variant-numeric:tabular-nums}li span{grid-column:1/-1;color:var(--soft);font-size:14px;overflow:hidden;display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical}
time{color:var(--soft);font-size:13px;font-variant-numeric:tabular-nums}.said.wrong{background:none;border:1px solid var(--end);color:var(--end)}.none,.hint{color:var(--soft);margin:0 0 10px}
.talk,.ring{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 18px;min-width:0}
.sms{margin:0 0 14px}.sms p{margin:2px 0 0;padding:9px 14px;border-radius:4px 14px 14px 14px;background:var(--bubble);width:fit-content;max-width:52ch;overflow-wrap:anywhere;white-space:pre-line}
.own{display:grid;justify-items:end}.own p{background:var(--on);border-radius:14px 4px 14px 14px}
.reply{border-top:1px solid var(--line);padding-top:12px;display:grid;gap:10px}.quick{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:0}.quick button{min-width:44px}.quick a{padding:9px 10px}
a{color:var(--link)}.back{font-weight:400;font-size:14px;display:none}
.ring form{display:grid;gap:14px}label{display:grid;gap:4px;color:var(--soft);font-size:14px}select,textarea,input[type=tel]{font:inherit;font-size:16px;color:var(--ink);background:var(--bg);border:1px solid var(--line);border-radius:8px;padding:8px 10px;width:100%}
fieldset{border:0;margin:0;padding:0;display:grid;gap:6px}legend{color:var(--soft);font-size:14px;padding:0;margin-bottom:4px}
.pick{grid-template-columns:auto 1fr;gap:10px;align-items:start;color:var(--ink);font-size:15px;border:1px solid var(--line);border-radius:8px;padding:8px 12px}.pick input{margin:5px 0 0}.pick:has(:checked){border-color:var(--go);background:var(--on)}
.ring form:has(textarea:not(:placeholder-shown)) .pick{opacity:.55;background:none;border-color:var(--line)}.ring form:has(textarea:not(:placeholder-shown)) .pick input{visibility:hidden}
.calls{max-width:1040px;margin:14px auto 0;padding:0 20px;display:grid;gap:8px}.calls form{display:flex;flex-wrap:wrap;gap:4px 14px;align-items:center;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:8px 14px;font-variant-numeric:tabular-nums}.calls span{color:var(--soft)}.calls button{margin-left:auto;color:var(--end);border-color:currentColor}
li b i{font-style:normal;font-weight:400;margin-left:8px}
.go{background:var(--go);border-color:var(--go);color:#fff;justify-self:start;padding:6px 26px}
@media (max-width:760px){header{padding:10px 14px}header form{margin-left:0}main{grid-template-columns:1fr;padding:12px}.one .list{display:none}.all .talk{display:none}.back{display:inline}nav a{padding:6px 10px}}`;

/** The look of an exported session: light and dark as the reader's system is, and plain on paper. */
export const pageStyle = `
:root{color-scheme:light dark;--ink:light-dark(#191a1d,#ededf0);--ink-2:light-dark(#4d5059,#bbbec6);--surface:light-dark(#fff,#212327);
--sunken:light-dark(#f8f8fa,#1b1d20);--line:light-dark(#c9cbd2,#484b54);--accent:light-dark(#2450bd,#9bb8ff);--selected:light-dark(#dfe7fa,#2a3654);
--denial:light-dark(#994300,#ffb171);--failure:light-dark(#b0201a,#ff958c);--hold:light-dark(#6b5800,#e2c75f);--decision:light-dark(#17693a,#74d49c);
--mono:ui-monospace,"SF Mono","Cascadia Mono",Consolas,"DejaVu Sans Mono",monospace}
*{box-sizing:border-box}
body{margin:0;background:var(--surface);color:var(--ink);font:13px/20px system-ui,sans-serif;font-variant-numeric:tabular-nums}
header,main,footer{max-width:960px;margin:0 auto;padding:16px 20px}
h1{font-size:20px;line-height:28px;margin:0 0 8px}
h2{font-size:13px;font-weight:400;margin:0;overflow-wrap:anywhere}
a{color:var(--accent)}
a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,pre:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
code,pre{font:12px/20px var(--mono);unicode-bidi:isolate}
dl{display:grid;grid-template-columns:max-content 1fr;gap:0 16px;margin:4px 0}
dt{color:var(--ink-2)}
dd{margin:0;overflow-wrap:anywhere;unicode-bidi:isolate}
ol{list-style:none;margin:0;padding:0}
li{border-top:1px solid var(--line);border-left:4px solid transparent;padding:8px 12px;scroll-margin:56px}
li:target,li.now{background:var(--selected)}
li.hold{border-left-color:var(--hold)}
li.decision{border-left-color:var(--decision)}
li.denial{border-left-color:var(--denial)}
li.failure{border-left-color:var(--failure)}
li.quiet h2{color:var(--ink-2)}
time{color:var(--ink-2);display:inline-block;min-width:88px}
pre{background:var(--sunken);border:1px solid var(--line);border-radius:6px;margin:8px 0 0;padding:8px 12px;max-height:400px;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere}
.note,footer{color:var(--ink-2);margin-top:4px}
nav{display:flex;flex-wrap:wrap;gap:8px;align-items:center;position:sticky;top:0;z-index:1;max-width:960px;margin:0 auto;padding:8px 20px;background:var(--surface);border-bottom:1px solid var(--line)}
nav[hidden]{display:none}
nav input{flex:1;min-width:120px}
button,select{font:inherit;color:inherit;background:var(--surface);border:1px solid var(--line);border-radius:6px;min-height:28px;padding:0 8px}
@media print{nav{display:none}pre{max-height:none}li{break-inside:avoid-page;background:none}body{background:none;color:#000}}
`;

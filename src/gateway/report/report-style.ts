/** The look of a report: light and dark as the reader's system is, and plain on paper. */
export const reportStyle = `
:root{color-scheme:light dark;--ink:light-dark(#191a1d,#ededf0);--ink-2:light-dark(#4d5059,#bbbec6);--surface:light-dark(#fff,#212327);
--sunken:light-dark(#f8f8fa,#1b1d20);--line:light-dark(#c9cbd2,#484b54);--accent:light-dark(#2450bd,#9bb8ff);--good:light-dark(#17693a,#74d49c);--bad:light-dark(#b0201a,#ff958c);
--mono:ui-monospace,"SF Mono","Cascadia Mono",Consolas,"DejaVu Sans Mono",monospace}
*{box-sizing:border-box}
body{margin:0;background:var(--surface);color:var(--ink);font:13px/20px system-ui,sans-serif;font-variant-numeric:tabular-nums}
header,main,footer{max-width:1080px;margin:0 auto;padding:16px 20px}
h1{font-size:20px;line-height:28px;margin:0 0 8px}
h2{font-size:16px;line-height:24px;margin:24px 0 8px;padding-top:8px;border-top:1px solid var(--line)}
h2 small{font-size:12px;font-weight:400;color:var(--ink-2);margin-left:8px}
h3{font-size:13px;margin:16px 0 4px}
p,ul{margin:4px 0}
ul{padding-left:20px}
.good{color:var(--good);font-weight:600}
.bad{color:var(--bad);font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:0 16px;margin:4px 0}
dt{color:var(--ink-2)}
dd{margin:0;overflow-wrap:anywhere;unicode-bidi:isolate}
pre{font:12px/20px var(--mono);background:var(--sunken);border:1px solid var(--line);border-radius:6px;margin:8px 0 0;padding:8px 12px;overflow:auto}
.table{overflow-x:auto}
.table:focus-visible,pre:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
table{border-collapse:collapse;width:100%;margin:4px 0}
th{text-align:left;font-weight:600;color:var(--ink-2);border-bottom:1px solid var(--line);padding:4px 12px 4px 0;white-space:nowrap}
td{border-bottom:1px solid var(--line);padding:4px 12px 4px 0;vertical-align:top;overflow-wrap:anywhere;unicode-bidi:isolate}
td.word{white-space:nowrap}
footer{color:var(--ink-2)}
@media print{body{background:none;color:#000}h2{break-after:avoid}tr{break-inside:avoid}.table{overflow:visible}}
`;

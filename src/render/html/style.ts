/** Colours of both schemes: text on its ground reaches 4.5 : 1, marks and lines that carry meaning 3 : 1. */
export const COLOURS = {
  light: {
    paper: '#ffffff',
    wash: '#f5f7f9',
    ink: '#16191d',
    muted: '#56606b',
    rule: '#dde2e7',
    edge: '#7b8590',
    cue: '#8c96a1',
    accent: '#1c54b2',
    truth: '#e3ecf9',
    pass: '#17693a',
    fail: '#b3261e',
    inconclusive: '#855300',
    heat0: '#123f8c',
    heat1: '#2f6cc4',
    heat2: '#9dc1ee',
    heat3: '#cbdff7',
    heat4: '#e8f0fb',
    on0: '#ffffff',
    on1: '#ffffff',
    on2: '#16191d',
    on3: '#16191d',
    on4: '#16191d',
  },
  dark: {
    paper: '#101317',
    wash: '#181c22',
    ink: '#e8ebee',
    muted: '#a0aab4',
    rule: '#2b323a',
    edge: '#77828d',
    cue: '#5c6772',
    accent: '#8cb6ff',
    truth: '#1a2840',
    pass: '#6fcf97',
    fail: '#ff8a80',
    inconclusive: '#f0b95a',
    heat0: '#a9caff',
    heat1: '#6f9fe8',
    heat2: '#2f5690',
    heat3: '#213b62',
    heat4: '#192840',
    on0: '#101317',
    on1: '#101317',
    on2: '#ffffff',
    on3: '#e8ebee',
    on4: '#e8ebee',
  },
} as const

const variables = (scheme: keyof typeof COLOURS) =>
  Object.entries(COLOURS[scheme])
    .map(([name, value]) => `--${name}:${value}`)
    .join(';')

const TEXT = `
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
.masthead,main,footer{max-width:70rem;margin:0 auto;padding:0 clamp(1.25rem,4vw,3rem)}
.masthead{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;justify-content:space-between;padding-top:1.75rem;padding-bottom:1rem;font-size:.875rem;color:var(--muted)}
.masthead b{color:var(--ink);font-weight:650}
h1,h2,h3{line-height:1.25;text-wrap:balance;margin:0}
h1,p,dt,dd,summary,figcaption,.masthead,nav{overflow-wrap:anywhere}
h1{font-size:clamp(1.35rem,1.1rem + 1.2vw,1.9rem);font-weight:620;letter-spacing:-.018em;max-width:30em}
.summary{font-size:1.05rem;max-width:44em;margin:.8em 0 0}
h2{font-size:1.35rem;font-weight:620;letter-spacing:-.01em}
h3{font-size:1.05rem;font-weight:620}
p{margin:.75rem 0;max-width:68ch}
a{color:var(--accent);text-underline-offset:.2em}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.num,dd,.chart text,td{font-variant-numeric:tabular-nums}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:3px}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem;z-index:1}
details.part{margin:0;border-top:1px solid var(--rule)}
details.part>summary{padding:.7rem 0;color:var(--ink)}
details.part>summary::marker{color:var(--accent)}
details.part>summary h2{display:inline;font-size:1.1rem}
details.part[open]>summary{padding-top:1.5rem}
section{margin:0 0 3.5rem;scroll-margin-top:4.5rem}
section h3{margin-top:2.5rem}
section>:first-child{margin-top:0}
.lead,.aside{color:var(--muted)}
.verdict{margin-top:1.25rem}
.status{display:inline-flex;align-items:center;gap:.5rem;margin:0 0 .75rem;font-weight:650;font-size:.95rem}
.status svg{width:1.5rem;height:1.5rem}
.status.pass,.status.certified{color:var(--pass)}
.status.fail{color:var(--fail)}
.status.inconclusive,.status.nothing-certified,.status.uninformative{color:var(--inconclusive)}
.status.done{color:var(--accent)}
.status .on{stroke:var(--paper);fill:none;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
.meaning{margin-top:1.75rem;padding-left:1.25rem;border-left:3px solid var(--accent)}
.meaning summary h2{display:inline;font-size:.95rem;letter-spacing:0}
.look{margin-top:1.75rem}
.look h2{font-size:1.05rem;letter-spacing:0}
.meaning p{margin:.4rem 0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1.25rem 2rem;margin:1.75rem 0 0}
.figures>div{border-top:1px solid var(--rule);padding-top:.75rem}
.figures dt{font-size:.875rem;color:var(--muted)}
.figures dd{margin:0}
.figures .figure{font-size:clamp(1.3rem,1.05rem + 1vw,1.65rem);font-weight:600;letter-spacing:-.02em;line-height:1.35}
.figures .detail{font-size:.875rem;color:var(--muted)}
nav{margin:2.25rem 0 1.5rem;font-size:.925rem}
.paper{margin:.75rem 0 0;color:var(--muted);font-size:.875rem}
.left-out{display:none}
nav ul{display:flex;flex-wrap:wrap;gap:.35rem 1.5rem;margin:0;padding:0;list-style:none}
.notes{padding:0;margin:1rem 0;list-style:none}
.notes li{padding:.6rem 0;border-bottom:1px solid var(--rule);max-width:78ch}
.notes b{margin-right:.35rem}
.notes .warning b{color:var(--inconclusive)}
footer{margin-top:4.5rem;padding-bottom:3rem;font-size:.875rem;color:var(--muted)}
footer p{max-width:none}`

const TABLES = `
.scroll{overflow-x:auto;margin:1rem 0;background:linear-gradient(to right,var(--paper) 30%,transparent) left/2.5rem 100% no-repeat local,linear-gradient(to left,var(--paper) 30%,transparent) right/2.5rem 100% no-repeat local,linear-gradient(to right,var(--cue),transparent) left/.9rem 100% no-repeat scroll,linear-gradient(to left,var(--cue),transparent) right/.9rem 100% no-repeat scroll}
table{border-collapse:collapse;font-size:.875rem;line-height:1.45;min-width:100%}
.facts{min-width:0;width:min(100%,48rem)}
.facts th{width:38%}
caption{text-align:left;color:var(--muted);padding-bottom:.5rem}
caption span{display:inline-block;position:sticky;left:0;max-width:min(68ch,calc(100vw - 2.5rem))}
th,td{padding:.45rem 1.1rem .45rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
th:last-child,td:last-child{padding-right:0}
thead th{font-weight:600;color:var(--muted);vertical-align:bottom;border-bottom-color:var(--edge)}
tbody th{font-weight:500}
.num{text-align:right;white-space:nowrap}
thead .num{white-space:normal}
.word{white-space:nowrap}
.name{min-width:7rem}
.reason{min-width:19rem}
.hash{word-break:break-all;min-width:14rem;font-size:.9em}
.sort{all:unset;cursor:pointer;text-decoration:underline dotted var(--edge) 1px;text-underline-offset:.25em;white-space:inherit}
.sort:hover{color:var(--ink)}
.sort:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:3px}
[aria-sort] .sort{color:var(--ink);text-decoration:none}
[aria-sort=ascending] .sort::after{content:" ↑"/""}
[aria-sort=descending] .sort::after{content:" ↓"/""}
.filter{display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:baseline;margin:1rem 0 0;font-size:.875rem;color:var(--muted)}
.filter input{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--edge);border-radius:4px;padding:.25rem .5rem;margin-left:.35rem}
.filter+.scroll{margin-top:.6rem}
details{margin:1rem 0}
summary{cursor:pointer;color:var(--accent);font-size:.925rem;padding:.2rem 0}
summary h3{display:inline;font-size:1rem;margin:0}
details.group{border-top:1px solid var(--rule);padding-top:.75rem;margin-top:2rem}`

const CHARTS = `
figure{margin:1.5rem 0}
figcaption{font-size:.925rem;color:var(--muted)}
figcaption p{margin:.5rem 0}
.beside{display:grid;gap:1.5rem 3.5rem;align-items:start}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17.5rem),1fr));gap:1.5rem 2.25rem}
.panels.two{grid-template-columns:repeat(auto-fill,minmax(min(100%,24rem),1fr))}
.panels figure{margin:0}
.panels figcaption{margin-bottom:.35rem}
.panels b{color:var(--ink);font-weight:600}
.chart{display:block;width:100%;height:auto;overflow:visible}
.wide .chart{max-width:42rem}
.chart text{fill:var(--ink);font-size:12px}
.chart .tick,.chart .unit{fill:var(--muted);font-size:11.5px}
.chart .label{font-weight:500}
.chart .detail{font-size:10.5px}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;margin:.75rem 0;padding:0;list-style:none;font-size:.875rem;color:var(--muted)}
.legend li{display:inline-flex;align-items:center;gap:.5rem}
.legend svg{flex:none}
.grid{stroke:var(--rule)}
.base{stroke:var(--edge)}
.line{fill:none;stroke-width:1.75;stroke-linejoin:round}
.line.primary{stroke:var(--accent);stroke-width:2.5}
.line.secondary{stroke:var(--muted);stroke-dasharray:7 4}
.line.tertiary{stroke:var(--muted);stroke-dasharray:2 4;stroke-linecap:round}
.line.estimate{stroke:var(--ink);stroke-width:1.25}
.mark.primary{fill:var(--accent)}
.mark.secondary,.mark.tertiary{fill:var(--paper);stroke:var(--muted);stroke-width:1.5}
.mark.estimate{fill:var(--ink)}
.whisker{stroke:var(--accent);stroke-width:1.5;fill:none}
.truth{fill:var(--truth);stroke:var(--accent);stroke-width:.75}
.empty{fill:var(--wash);stroke:var(--rule)}
.hatch{stroke:var(--rule);stroke-width:2.5}
.heat0{fill:var(--heat0)}.heat1{fill:var(--heat1)}.heat2{fill:var(--heat2)}.heat3{fill:var(--heat3)}.heat4{fill:var(--heat4)}
.chart .on0{fill:var(--on0)}.chart .on1{fill:var(--on1)}.chart .on2{fill:var(--on2)}.chart .on3{fill:var(--on3)}.chart .on4{fill:var(--on4)}
.kept{fill:var(--edge)}
.hatch-ground{fill:var(--truth)}
.hatch-line{stroke:var(--accent);stroke-width:3}
.cut{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:5 3}
.chart .cut-label,.chart .value{font-weight:600}
.edge{fill:none;stroke:var(--edge);stroke-width:1}
.edge.pruned{stroke:var(--accent);stroke-width:2;stroke-dasharray:6 4}
.edge.added{stroke:var(--ink);stroke-width:1.75;stroke-dasharray:1.5 3.5;stroke-linecap:round}
.node{fill:var(--paper);stroke:var(--edge);stroke-width:1.25}
.node.strong{stroke:var(--ink);stroke-width:2}
.node.guessed{stroke-dasharray:2.5 2}
.chart .node-text{font-size:10px}
.tag{fill:var(--accent)}
.chart .tag-text{fill:var(--paper);font-size:11px;font-weight:600}
.canvas .chart{min-width:46rem}
.pairs{display:flex;flex-wrap:wrap;gap:1.25rem;margin:1rem 0;padding:0;list-style:none}
.pairs li{display:flex;gap:.5rem}
.pairs figure{margin:0;width:5.5rem}
.pairs figcaption{font-size:.8rem;margin-top:.35rem;line-height:1.4;overflow-wrap:anywhere}
.input{display:block;width:100%;max-width:5.5rem;image-rendering:pixelated;background:var(--wash);border:1px solid var(--edge)}
td .input,th .input{width:2.75rem;display:inline-block;vertical-align:middle;margin-right:.5rem}
.missing{font-size:.8rem;padding:2rem .25rem;text-align:center}
.before{fill:var(--wash);stroke:var(--edge)}
.after{fill:var(--accent)}
@media(max-width:34rem){.figures{grid-template-columns:minmax(0,1fr);gap:.6rem}.figures>div{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,auto);column-gap:1rem;align-items:baseline;padding-top:.5rem}.figures .detail{grid-column:1/-1}.figures dd{text-align:right}.figures dd.detail{text-align:left}}
@media(min-width:48rem){.figures{grid-template-columns:repeat(3,minmax(0,1fr))}}
@media(min-width:56rem){.beside{grid-template-columns:minmax(0,1.75fr) minmax(0,1fr)}}
@media(max-width:34rem){.wide .chart text,.wide .chart .tick,.wide .chart .unit{font-size:16px}.wide .chart .detail{font-size:14px}}
.tokens{max-width:none;white-space:pre-wrap;line-height:2}
.token{border-radius:2px;border-bottom:2px solid transparent;padding:.1em 0}
.token.up{border-bottom:2px solid var(--pass)}
.token.down{border-bottom:2px dashed var(--fail)}
.shade0{background:var(--heat0);color:var(--on0)}.shade1{background:var(--heat1);color:var(--on1)}.shade2{background:var(--heat2);color:var(--on2)}.shade3{background:var(--heat3);color:var(--on3)}`

const PRINT = `
@media print{
@page{margin:16mm}
:root{${variables('light')}}
html{color-scheme:light}
body{font-size:10pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
.masthead,main,footer{padding-left:0;padding-right:0}
nav,.skip,.filter{display:none}
.sort{text-decoration:none}
.canvas .chart{min-width:0}
section{margin-top:2rem}
h2,h3,summary{break-after:avoid}
figure,tr,.meaning,.figures>div{break-inside:avoid}
thead{display:table-header-group}
body:not(:has(#print-full:checked)) details.part:not([open]){display:none}
body:not(:has(#print-full:checked)) .left-out{display:block}
body:has(#print-full:checked) details::details-content{content-visibility:visible;display:block;height:auto}
.meaning::details-content{content-visibility:visible;display:block;height:auto}
.scroll{overflow:visible;background:none}
table{font-size:7.5pt;width:100%}
th,td{padding:.25rem .5rem .25rem 0;overflow-wrap:anywhere}
.num,.word,thead th{white-space:normal;overflow-wrap:normal}
thead .layer{overflow-wrap:anywhere}
.name,.reason,.hash{min-width:0}
}`

export const STYLE = `:root{${variables('light')}}@media(prefers-color-scheme:dark){:root{${variables('dark')}}}${TEXT}${TABLES}${CHARTS}${PRINT}`

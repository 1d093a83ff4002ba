import {type Answer, answerOf, type Fact} from '../answer.js'
import type {Section} from './section.js'
import type {Report, Verdict} from '../../frame/report.js'
import {type HtmlContent, Markup, markup} from './escape.js'
import {provenance} from './provenance.js'
import {SCRIPT, SCRIPT_SOURCE} from './script.js'
import {STYLE} from './style.js'

/** The parts of a report page that differ between commands. */
export interface Page {
  report: Report
  /** the first screen; absent: the summary of the verdict */
  answer?: Answer
  /** what the first screen shows besides sentences: pairs, edges */
  first?: HtmlContent
  /** figures in large type; those of the first screen are the facts of the answer, where it has some */
  figures: readonly KeyFigure[]
  sections: readonly Section[]
}

export type KeyFigure = Fact

/** Nothing is loaded: only the style, the pictures and the one script inside the file are allowed. */
const POLICY = `default-src 'none'; style-src 'unsafe-inline'; script-src ${SCRIPT_SOURCE}; img-src data:; base-uri 'none'; form-action 'none'`

const STATUS: Record<Verdict['status'], {word: string; sign: string}> = {
  pass: {word: 'Passed', sign: 'M7 12.5l3.5 3.5L17 8.5'},
  fail: {word: 'Failed', sign: 'M8 8l8 8M16 8l-8 8'},
  inconclusive: {word: 'Inconclusive', sign: 'M7.5 12h9'},
  done: {word: 'Done', sign: 'M12 8v8M8 12h8'},
  certified: {word: 'Certified', sign: 'M7 12.5l3.5 3.5L17 8.5'},
  'nothing-certified': {word: 'Nothing certified', sign: 'M7.5 12h9'},
  uninformative: {word: 'Uninformative', sign: 'M7.5 12h9'},
}

/** A whole report as one self-contained HTML file: the answer on the first screen, then folded sections. */
export function page({report, answer = answerOf(report.verdict), first = null, figures, sections}: Page): string {
  const top = answer.facts.length > 0 ? answer.facts : figures
  const more: Section[] =
    top === figures ? [] : [{id: 'figures', title: 'In figures', body: figureList(figures, 'inner')}]
  const all = [...more, ...sections, ...provenance(report)]
  const {command, version, verdict, inputs} = report
  const subject = inputs[0]?.path ?? ''
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="surety ${version}">
<title>${STATUS[verdict.status].word}: surety ${command} ${subject}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the verdict</a>
<header class="masthead"><span><b>surety</b> ${command}</span><span>${subject}</span></header>
<main id="main">
${firstScreen(verdict, answer, top, first)}
<nav aria-label="On this page"><ul>${all.map(({id, title}) => markup`<li><a href="#${id}">${title}</a></li>`)}</ul><p class="paper"><input type="checkbox" id="print-full"> <label for="print-full">Print every section, not only those that are open</label></p></nav>
${all.map(folded)}</main>
<footer><p>Made by surety ${version}, seed ${report.seed}. This file is complete: it loads nothing, and its one script only sorts and filters tables.</p><p class="left-out">Folded sections are not printed: open them first, or tick “Print every section”.</p></footer>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.toString()
}

/** A section folded below its title: a link to it opens it. */
const folded = ({id, title, body}: Section): Markup =>
  markup`<details class="part"><summary><h2 id="${id}-heading">${title}</h2></summary><section id="${id}" aria-labelledby="${id}-heading">${body}</section></details>\n`

const figureList = (figures: readonly KeyFigure[], kind: 'outer' | 'inner'): Markup =>
  markup`<dl class="figures ${kind}">${figures.map((f) => markup`<div><dt>${f.name}</dt><dd class="figure">${f.value}</dd><dd class="detail">${f.detail}</dd></div>`)}</dl>`

function firstScreen(verdict: Verdict, answer: Answer, figures: readonly KeyFigure[], first: HtmlContent): Markup {
  const {word, sign} = STATUS[verdict.status]
  const meaning = markup`<details class="meaning"><summary><h2>What this means, and what it does not</h2></summary>${verdict.meaning.map((line) => markup`<p>${line}</p>`)}</details>`
  return markup`<div class="verdict"><p class="status ${verdict.status}"><svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="12" fill="currentColor"/><path class="on" d="${sign}"/></svg>${word}</p>
<h1>${answer.headline}</h1>
${answer.lead.length === 0 ? null : markup`<p class="summary">${answer.lead.join(' ')}</p>`}
${figureList(figures, 'outer')}
${first}
${verdict.meaning.length === 0 ? null : meaning}</div>`
}

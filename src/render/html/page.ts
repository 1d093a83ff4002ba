import type {Section} from './section.js'
import type {Report, Verdict} from '../../frame/report.js'
import {Markup, markup} from './escape.js'
import {provenance} from './provenance.js'
import {SCRIPT, SCRIPT_SOURCE} from './script.js'
import {STYLE} from './style.js'

/** The parts of a report page that differ between commands. */
export interface Page {
  report: Report
  figures: readonly KeyFigure[]
  sections: readonly Section[]
}

export interface KeyFigure {
  name: string
  value: string
  detail: string
}

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

/** A whole report as one self-contained HTML file: first screen, sections, then how it was computed. */
export function page({report, figures, sections}: Page): string {
  const all = [...sections, ...provenance(report)]
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
${firstScreen(verdict, figures)}
<nav aria-label="On this page"><ul>${all.map(({id, title}) => markup`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${all.map(({id, title, body}) => markup`<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${title}</h2>${body}</section>\n`)}</main>
<footer><p>Made by surety ${version}, seed ${report.seed}. This file is complete: it loads nothing, and its one script only sorts and filters tables.</p></footer>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.toString()
}

/** The first sentence of a summary, or what stands before its first semicolon, and the rest; brackets stay whole. */
export function headline(summary: string): [first: string, rest: string] {
  let depth = 0
  for (let at = 0; at < summary.length; at++) {
    const character = summary[at]!
    if (character === '(') depth++
    else if (character === ')') depth--
    else if (depth === 0 && (character === '.' || character === ';') && summary[at + 1] === ' ')
      return [summary.slice(0, character === '.' ? at + 1 : at), summary.slice(at + 2)]
  }
  return [summary, '']
}

function firstScreen(verdict: Verdict, figures: readonly KeyFigure[]): Markup {
  const {word, sign} = STATUS[verdict.status]
  const [first, rest] = headline(verdict.summary)
  const meaning = markup`<div class="meaning"><h2>What this means, and what it does not</h2>${verdict.meaning.map((line) => markup`<p>${line}</p>`)}</div>`
  return markup`<div class="verdict"><p class="status ${verdict.status}"><svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="12" fill="currentColor"/><path class="on" d="${sign}"/></svg>${word}</p>
<h1>${first}</h1>
${rest === '' ? null : markup`<p class="summary">${rest}</p>`}
${verdict.meaning.length === 0 ? null : meaning}
<dl class="figures">${figures.map((f) => markup`<div><dt>${f.name}</dt><dd class="figure">${f.value}</dd><dd class="detail">${f.detail}</dd></div>`)}</dl></div>`
}

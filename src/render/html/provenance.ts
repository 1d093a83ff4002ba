import {formatBytes, count, duration} from '../format.js'
import type {Json, Note, Report} from '../../frame/report.js'
import {type Markup, markup} from './escape.js'
import type {Section} from './section.js'
import {dataTable, facts} from './table.js'

/** What every report ends with: notes, then inputs, configuration, engine and run, enough to do it again. */
export function provenance(report: Report): Section[] {
  const computed: Section = {
    id: 'computed',
    title: 'How this was computed',
    body: [inputTable(report), configTable(report), engineTable(report), runTable(report)],
  }
  return report.notes.length === 0
    ? [computed]
    : [{id: 'notes', title: 'Notes', body: noteList(report.notes)}, computed]
}

function noteList(notes: readonly Note[]): Markup {
  const ordered = [...notes.filter((n) => n.level === 'warning'), ...notes.filter((n) => n.level === 'info')]
  return markup`<ul class="notes">${ordered.map(
    ({level, code, message}) =>
      markup`<li class="${level}"><b>${level === 'warning' ? 'Warning' : 'Note'}</b>${message} <code class="aside">${code}</code></li>`,
  )}</ul>`
}

function inputTable({inputs}: Report): Markup {
  return markup`<h3>Inputs</h3>${dataTable({
    caption: 'Files read, with the hash of their content',
    columns: [
      {title: 'file', kind: 'text'},
      {title: 'size', kind: 'number'},
      {title: 'SHA-256', kind: 'hash'},
    ],
    rows: inputs.map((file) => [file.path, formatBytes(file.bytes), markup`<code>${file.sha256}</code>`]),
  })}`
}

function configTable({config, seed}: Report): Markup {
  const options = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1))
  return markup`<h3>Configuration</h3>${facts('Every option that has an effect, after defaults', [['seed', seed], ...options.map(([name, value]) => [name, plain(value)] as const)])}`
}

function engineTable({engine}: Report): Markup {
  return markup`<h3>Engine</h3><p>Computed on <b>${engine.name}</b> in ${engine.precision}.</p>${
    engine.tried.length === 0
      ? null
      : facts(
          'Every engine looked at, in order',
          engine.tried.map(({name, outcome}) => [name, outcome] as const),
        )
  }`
}

function runTable({run, version}: Report): Markup | null {
  if (run === undefined) return null
  return markup`<h3>Run</h3>${facts('This block alone may differ between two runs with the same result', [
    ['surety', version],
    ['started', run.startedAt],
    ['took', duration(run.elapsedMs)],
    ['peak memory', formatBytes(run.peakMemoryBytes)],
    ['machine', `${run.platform}, ${count(run.cpus)} processors, Node ${run.node}`],
  ])}`
}

function plain(value: Json): string {
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

import type {CertifyMetrics, LabelHint, Witness} from '../../certify/types.js'
import {classNames, firstPairs, lossText} from '../certify-answer.js'
import {number, percent} from '../format.js'
import {shorten} from '../../frame/visible.js'
import {type HtmlContent, type Markup, markup} from './escape.js'
import {dataTable} from './table.js'

/** What the report knows of a row besides its number. */
export interface RowNames {
  /** the name of a class, or its number */
  label: (label: number) => string
  /** the input as an image; null where there is none */
  picture: (row: number, label: number | null) => Markup | null
}

const NAME_LENGTH = 24

interface Named {
  subject?: {data: {classNames: string[] | null}}
  thumbnails?: readonly {row: number; width: number; height: number; png: string}[]
}

/** Names of classes and pictures of rows, as far as the report has them. */
export function rowNames({subject, thumbnails = []}: Named): RowNames {
  const pictures = new Map(thumbnails.map((picture) => [picture.row, picture]))
  const label = classNames({subject})
  return {
    label,
    picture: (row, of) => {
      const found = pictures.get(row)
      if (found === undefined) return null
      const alt = `input of row ${row}${of === null ? '' : `, label ${label(of)}`}, ${found.width} × ${found.height} pixels`
      return markup`<img class="input" alt="${alt}" src="data:image/png;base64,${found.png}">`
    },
  }
}

/** Three pairs for the first screen, with their pictures where there are some; null without pairs. */
export function firstWitnesses(
  metrics: Pick<CertifyMetrics, 'witnesses' | 'headline'>,
  names: RowNames,
): Markup | null {
  const pairs = firstPairs(metrics)
  if (pairs.length === 0) return null
  const drawn = pairs.some(({rows}) => names.picture(rows[0], null) !== null)
  return markup`<div class="look"><h2>Look at these pairs first: close in ${shorten(pairs[0]!.layer, NAME_LENGTH)}, far apart in loss</h2><ul class="pairs">${pairs.map(
    (pair) => markup`<li>${side(pair, 0, names, drawn)}${side(pair, 1, names, drawn)}</li>`,
  )}</ul></div>`
}

/** The pairs that make the model volatile, drawn where their inputs are images. */
export function witnessSection(witnesses: readonly Witness[], names: RowNames): HtmlContent {
  const drawn = witnesses.some(({rows}) => names.picture(rows[0], null) !== null)
  return markup`<p class="lead">Close in a layer, far apart in loss: the pairs with the largest change of loss per unit of distance. Look at them first.</p>${drawn ? pictures(witnesses, names) : null}${dataTable(
    {
      caption: 'Row numbers count from 0 in the data file',
      columns: [
        {title: 'layer', kind: 'text'},
        {title: 'rows', kind: 'word'},
        {title: 'labels', kind: 'word'},
        {title: 'losses', kind: 'word'},
        {title: 'distance', kind: 'number'},
        {title: 'change per distance', kind: 'number'},
      ],
      rows: witnesses.map((w) => [
        w.layer,
        `${w.rows[0]} and ${w.rows[1]}`,
        w.labels === null
          ? '–'
          : w.labels[0] === w.labels[1]
            ? `both ${names.label(w.labels[0])}`
            : `${names.label(w.labels[0])} and ${names.label(w.labels[1])}`,
        `${number(w.losses[0])} and ${number(w.losses[1])}`,
        number(w.distance),
        number(w.ratio),
      ]),
    },
  )}`
}

/** One input of a pair; without `drawn` in words alone. */
function side({rows, labels, losses}: Witness, k: 0 | 1, names: RowNames, drawn = true): Markup {
  const label = labels?.[k] ?? null
  const picture = drawn
    ? (names.picture(rows[k], label) ?? markup`<span class="input missing">no picture</span>`)
    : null
  return markup`<figure>${picture}<figcaption>row ${rows[k]}${label === null ? null : markup`<br>label ${names.label(label)}`}<br>loss ${lossText(losses[k])}</figcaption></figure>`
}

/** Each pair of inputs side by side, a group a layer. */
function pictures(witnesses: readonly Witness[], names: RowNames): HtmlContent {
  return [...new Set(witnesses.map(({layer}) => layer))].map((layer) => {
    const pairs = witnesses
      .filter((w) => w.layer === layer)
      .map((w) => markup`<li>${side(w, 0, names)}${side(w, 1, names)}</li>`)
    return markup`<h3>In ${layer}</h3><ul class="pairs">${pairs}</ul>`
  })
}

/** Rows whose neighbours agree on another label. */
export function hintSection(hints: readonly LabelHint[], names: RowNames): HtmlContent {
  return dataTable({
    caption:
      'High loss, while at least 8 of the 10 nearest neighbours in every late layer agree on one other label. Hints, not findings: a hard example looks the same',
    columns: [
      {title: 'row', kind: 'word'},
      {title: 'label', kind: 'word'},
      {title: 'neighbours say', kind: 'word'},
      {title: 'agreement', kind: 'number'},
      {title: 'loss', kind: 'number'},
    ],
    rows: hints.map(({row, label, suggested, agreement, loss}) => [
      markup`${names.picture(row, label)} ${row}`,
      names.label(label),
      names.label(suggested),
      percent(agreement),
      number(loss),
    ]),
  })
}

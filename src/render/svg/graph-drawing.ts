import {type Markup, markup} from '../html/escape.js'
import {type ChartFrame, px, svgFrame} from './frame.js'

export interface DrawnNode {
  x: number
  y: number
  /** a few characters, inside the node */
  text: string
  /** its text was given; else it was guessed, and its outline is dashed */
  given: boolean
  /** drawn larger */
  strong: boolean
}

export interface DrawnEdge {
  ends: readonly [number, number]
  /** solid, dashed, dotted */
  style: 'kept' | 'pruned' | 'added'
  /** written on it */
  text?: string
}

export interface GraphDrawing extends ChartFrame {
  nodes: readonly DrawnNode[]
  edges: readonly DrawnEdge[]
}

/** Room around the outermost nodes. */
const MARGIN = 22
const RADIUS = {strong: 11, other: 8}

/**
 * Nodes at their places, whatever their unit, scaled into the frame; edges told apart by their dashes, nodes by their
 * text.
 */
export function graphDrawing(drawing: GraphDrawing): Markup {
  const {nodes, edges, width, height} = drawing
  const at = placement(nodes, width, height)
  const lines = edges.map(({ends: [u, v], style}) => markup`<path class="edge ${style}" d="M${at(u)}L${at(v)}"/>`)
  const discs = nodes.map(({text, given, strong}, k) => {
    const [x, y] = at(k).split(' ')
    return markup`<circle class="node${given ? '' : ' guessed'}${strong ? ' strong' : ''}" cx="${x!}" cy="${y!}" r="${strong ? RADIUS.strong : RADIUS.other}"/><text class="node-text" x="${x!}" y="${px(Number(y) + 3.6)}" text-anchor="middle">${text}</text>`
  })
  const tags = edges.map(({ends: [u, v], text}) => {
    if (text === undefined) return null
    const [x, y] = [0, 1].map((axis) => (Number(at(u).split(' ')[axis]) + Number(at(v).split(' ')[axis])) / 2) as [
      number,
      number,
    ]
    const half = 5 + 3.4 * text.length
    return markup`<rect class="tag" x="${px(x - half)}" y="${px(y - 8)}" width="${px(2 * half)}" height="16" rx="8"/><text class="tag-text" x="${px(x)}" y="${px(y + 4)}" text-anchor="middle">${text}</text>`
  })
  return svgFrame(drawing, markup`<g aria-hidden="true">${lines}${discs}${tags}</g>`)
}

/** A node's place in the frame as `x y`: both axes stretched to fill it, the middle of an axis without extent. */
function placement(nodes: readonly DrawnNode[], width: number, height: number): (k: number) => string {
  const axis = (values: readonly number[], length: number) => {
    const [low, high] = [Math.min(...values), Math.max(...values)]
    return values.map((value) =>
      px(high > low ? MARGIN + ((value - low) / (high - low)) * (length - 2 * MARGIN) : length / 2),
    )
  }
  const [x, y] = [
    axis(
      nodes.map((node) => node.x),
      width,
    ),
    axis(
      nodes.map((node) => node.y),
      height,
    ),
  ]
  return (k) => `${x[k]!} ${y[k]!}`
}

/** The key of a drawing, as HTML. */
export function graphLegend(
  names: Partial<Record<DrawnEdge['style'], string>>,
  given: string,
  guessed: string,
): Markup {
  const line = (style: string, name: string) =>
    markup`<li><svg viewBox="0 0 34 12" width="34" height="12" aria-hidden="true"><path class="edge ${style}" d="M1 6H33"/></svg> ${name}</li>`
  const disc = (style: string, name: string) =>
    markup`<li><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><circle class="node ${style}" cx="8" cy="8" r="6.5"/></svg> ${name}</li>`
  return markup`<ul class="legend">${Object.entries(names).map(([style, name]) => line(style, name))}${disc('', given)}${disc('guessed', guessed)}</ul>`
}

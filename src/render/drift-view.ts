import type {DriftMetrics, DivergencePart} from '../drift/types.js'
import type {TextTable} from './evaluate-view.js'
import {count, number, orDash, percent, percentUp, setting, signedNumber} from './format.js'

const WORDS: Record<string, string> = {'js>': 'JS above', 'loss>': 'log p lost, more than'}

export function sharesTable({shares}: DriftMetrics): TextTable {
  const named = ({name, threshold}: DriftMetrics['shares'][number]) => {
    if (threshold === null) return 'most likely token changed'
    const words = WORDS[name.slice(0, name.indexOf('>') + 1)] ?? name
    return `${words} ${setting(threshold)} nats`
  }
  const bounds = shares.some(({observed, observedUpper}) => observed !== observedUpper)
  return {
    head: ['share of positions', 'observed', ...(bounds ? ['at most'] : []), 'fresh document: at most'],
    rows: shares.map((each) => [
      named(each),
      percent(each.observed),
      ...(bounds ? [percent(each.observedUpper)] : []),
      percentUp(each.upper),
    ]),
  }
}

export function meansTable({means, klCap}: DriftMetrics): TextTable {
  return {
    head: ['mean in nats', 'observed', 'fresh document: from', 'to'],
    rows: means.map(({name, estimate, interval}) => [
      name === 'js' ? 'Jensen–Shannon' : `KL(old ‖ new), cut at ${setting(klCap)}`,
      number(estimate),
      number(interval[0]),
      number(interval[1]),
    ]),
  }
}

export function partsTable(parts: readonly DivergencePart[], title: string): TextTable {
  return {
    head: [title, 'positions', 'of the divergence', 'mean JS', 'mean Δ log p', 'top changed'],
    rows: parts.map(({name, positions, share, meanJs, meanDeltaLogP, topChanged}) => [
      name,
      count(positions),
      percent(share),
      number(meanJs),
      orDash(meanDeltaLogP, signedNumber),
      percent(topChanged),
    ]),
  }
}

export function tokensTable({tokens}: DriftMetrics, most: number): TextTable {
  const rank = (n: number | null) => (n === null ? '–' : count(n))
  return {
    head: ['document', 'position', 'token', 'JS', 'Δ log p', 'rank'],
    rows: tokens
      .slice(0, most)
      .map(({document, position, token, js, deltaLogP, rankOld, rankNew}) => [
        document,
        count(position),
        token ?? '–',
        number(js),
        orDash(deltaLogP, signedNumber),
        `${rank(rankOld)} → ${rank(rankNew)}`,
      ]),
  }
}

import {expect, it} from 'vitest'
import {certifyHtml} from '../../src/render/html/certify.js'
import {certifyMarkdown} from '../../src/render/markdown.js'
import {poolingSentence} from '../../src/render/pooling.js'
import {certifyText} from '../../src/render/terminal/certify.js'
import {certifySample} from './samples/certify.js'

const report = certifySample()
const [first, second, ...others] = report.metrics.layers
const pooled = {
  ...report,
  metrics: {
    ...report.metrics,
    layers: [
      {...first!, pooledOver: 'mean over 8 positions', batchAxis: 1},
      {...second!, pooledOver: 'mean over 8 positions', batchAxis: 0},
      ...others,
    ],
  },
}

it('says of each layer what it was pooled over and where its examples stood', () => {
  expect(poolingSentence(report.metrics)).toBeNull()
  const sentence = poolingSentence(pooled.metrics)!
  expect(sentence).toBe(
    `Pooled to one vector an example: ${first!.name}: mean over 8 positions, examples on axis 1 of the model's state; ${second!.name}: mean over 8 positions.`,
  )
  const flat = (text: string) => text.replace(/\\/g, '').replace(/\s+/g, ' ')
  expect(flat(certifyText(pooled, {columns: 100, colour: false}))).toContain(sentence)
  expect(flat(certifyMarkdown(pooled))).toContain(sentence)
  expect(flat(certifyHtml(pooled).replaceAll('&#39;', "'"))).toContain(sentence)
})

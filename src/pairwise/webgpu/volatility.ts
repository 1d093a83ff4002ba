import type {Metric} from '../cpu/distances.js'
import type {VolatilitySums, VolatilityTask} from '../engine.js'
import {HostSums} from '../host-sums.js'
import {lossBounds, boundRows, type Prepared, relativeError} from '../volatility-rows.js'
import {chainOfSums, distanceSums} from './distances.js'
import type {Arena, Gpu} from './gpu.js'
import {eachBit, type PanelPlan, planPanels, roundUp} from './panels.js'
import {recheck} from './recheck.js'
import type {ColumnPanel} from './resident.js'
import {rowStructs} from './row-structs.js'
import {SUM_PARTS} from './tile-shader.js'
import {uploadColumns} from './transpose.js'
import {ANCHOR_SUMS, LANES, referenceSums, RESULT_WORDS, SUB, THREADS} from './volatility-shader.js'
import {addSteepest} from './witnesses.js'

const LARGEST = 3e38

/**
 * Sums of loss change over distance, for every reference over the anchors: see VolatilitySums for each formula.
 *
 * Shapes     anchors [m, dim], references [n, dim] → [n], [n, G], [n, G, E], [m].
 * Precision  `within`, `exceed` and the zero-distance counts are those of fp64: a pair whose distance lies within its
 *            fp32 error of a δ or of 0 is left out by the kernels and found again in whole numbers (recheck.ts); the
 *            few that these do not decide are computed by the host in fp64. ΔL ≥ η is decided by ranks. The error of a distance d̂ is bounded by relativeError · d̂ + the measured rounding of the two rows
 *            to fp32. Sums: relative error ≤ 2⁻¹⁴ + relativeError + (512 + m/512 + 16) u, u = 2⁻²³ (all terms are ≥ 0).
 *            The diameter is that of the pair farthest apart in fp32, computed in fp64. Witnesses are computed in fp64
 *            and chosen from the 256 steepest anchors.
 * Cost       m · n · dim differences on the device, and again for pairs left out, ≈ G · 2 · relativeError of all; a
 *            few operations on the host for each of these; a block of ≤ 64 MiB and 12 · n · (G + 1) · (E + 1) bytes besides the rows.
 * Empty      m or n = 0 → zeros, no witnesses.
 * Throws     InputError  angle and a row of length zero.
 * Source     Sun et al. 2024, Definition 3.1   Deviation: floor τ and clipping of ΔL, both off at τ = 0, lossMax =
 *            Infinity.
 */
export async function webgpuVolatility(gpu: Gpu, arena: Arena, task: VolatilityTask): Promise<VolatilitySums> {
  const prepared = boundRows(task)
  const sums = new HostSums(task, prepared)
  const {anchors, references} = prepared
  if (anchors.exact.rows === 0 || references.exact.rows === 0) return sums.finish()
  const {exact} = anchors
  const depth = roundUp(exact.cols, 16)
  const statistics = 3 * sums.binCount + 1
  const tall = planPanels(anchors.exact.rows, depth, gpu.bufferLimit)
  const subs = Math.ceil(tall.height / SUB)
  const wide = planPanels(
    references.exact.rows,
    Math.max(depth, subs * statistics, 2 * task.etas.length),
    gpu.bufferLimit,
  )
  const upload = async (x: typeof exact, plan: PanelPlan) => {
    const panels: GPUBuffer[] = []
    for (let p = 0; p < plan.count; p++) panels.push(await uploadColumns(gpu, arena, x, plan, p, 1 / prepared.unit))
    return panels
  }
  const left = await upload(anchors.exact, tall)
  const right = await upload(references.exact, wide)
  const structs = Array.from({length: tall.count}, (_, p) =>
    arena.upload(rowStructs(anchors, p * tall.height, rowsIn(tall, p), prepared.lossUnit)),
  )
  const toDevice = task.scale / prepared.unit
  const [inverseUnit, ratioUnit] = [toDevice, toDevice * prepared.lossUnit]
  const deltas = arena.upload(Float32Array.from([...sums.deltas, 0], (delta) => Math.min(delta * toDevice, LARGEST)))
  const block = arena.storage(tall.height * wide.height)
  const parts = arena.storage(subs * statistics * wide.height)
  const reduced = arena.storage(statistics * wide.height)
  const bits = arena.storage((subs * SUB * wide.height) / 32)
  const results = arena.storage(tall.height * LANES * RESULT_WORDS)
  const steepest = new Float64Array(anchors.exact.rows)
  const farthest = {distance: -1, anchor: 0, reference: 0}

  /** Adds the sums of a block's anchors; the pairs left out are computed again on the device, for `addNear`. */
  const add = async ({anchorFirst, referenceFirst, count, left: bits, lanes, sides}: BlockResults) => {
    const near: number[] = []
    eachBit(new Uint32Array(await bits), wide.height, (i, j) => {
      if (j < count) near.push(i, j)
    })
    const pairs = Uint32Array.from(near)
    const found = recheck(gpu, {metric: task.metric, dim: exact.cols}, sides, depth, pairs)
    found.catch(() => undefined)
    const words = new Float32Array(await lanes)
    for (let at = 0; at < words.length; at += RESULT_WORDS) {
      const anchor = anchorFirst + Math.floor(at / (LANES * RESULT_WORDS))
      sums.addAnchor(anchor, words[at]! * ratioUnit, words[at + 1]! * ratioUnit)
      steepest[anchor] = Math.max(steepest[anchor]!, words[at + 2]!)
      const distance = words[at + 3]!
      if (distance > farthest.distance)
        Object.assign(farthest, {distance, anchor, reference: referenceFirst + words[at + 4]!})
    }
    return {anchorFirst, referenceFirst, pairs, found}
  }
  const addNear = async ({anchorFirst, referenceFirst, pairs, found}: Awaited<ReturnType<typeof add>>) => {
    const {distance, error} = await found
    for (const [k, x] of distance.entries()) {
      const [i, j] = [anchorFirst + pairs[2 * k]!, referenceFirst + pairs[2 * k + 1]!]
      const slack = anchors.slack[i]! + references.slack[j]!
      const known = rawDistance(task.metric, x * prepared.unit, (error + slack) * prepared.unit)
      if (known === null) sums.addPair(i, j)
      else sums.addRechecked(i, j, known.distance, known.error)
    }
  }

  let under: BlockResults | null = null
  let near: Awaited<ReturnType<typeof add>> | null = null
  for (let q = 0; q < wide.count; q++) {
    const referenceFirst = q * wide.height
    const count = rowsIn(wide, q)
    const others = arena.upload(rowStructs(references, referenceFirst, count, prepared.lossUnit))
    const bounds = arena.upload(lossBounds(prepared, task.etas, referenceFirst, count, wide.height))
    gpu.clear(reduced)
    for (let p = 0; p < tall.count; p++) {
      const anchorFirst = p * tall.height
      const parameters = pairParameters(task, prepared, sums.deltas.length, {
        anchors: rowsIn(tall, p),
        references: count,
        anchorFirst,
        referenceFirst,
        stride: wide.height,
      })
      await distanceSums(
        gpu,
        task.metric,
        {buffer: left[p]!, height: tall.height},
        {buffer: right[q]!, height: wide.height},
        depth,
        block,
      )
      gpu.clear(parts)
      await gpu.dispatch(
        referenceSums(task.metric, gpu.workgroupBytes >= 4 * statistics * THREADS ? statistics : 0),
        parameters,
        [block, structs[p]!, others, bounds, deltas, parts, bits],
        [wide.height / THREADS, subs, 1],
      )
      await gpu.dispatch(SUM_PARTS, Uint32Array.of(statistics * wide.height, subs), [parts, reduced], [1024, 1, 1])
      await gpu.dispatch(
        ANCHOR_SUMS,
        parameters,
        [block, structs[p]!, others, results],
        [Math.ceil((rowsIn(tall, p) * LANES) / THREADS), 1, 1],
      )
      const read: BlockResults = {
        anchorFirst,
        referenceFirst,
        count,
        sides: [
          {buffer: left[p]!, height: tall.height},
          {buffer: right[q]!, height: wide.height},
        ],
        left: gpu.read(bits, (subs * SUB * wide.height) / 32),
        lanes: gpu.read(results, rowsIn(tall, p) * LANES * RESULT_WORDS),
      }
      // The device works on this block while the host adds the one before, and the near pairs of the one before that.
      const added: Awaited<ReturnType<typeof add>> | null = under === null ? null : await add(under)
      if (near !== null) await addNear(near)
      near = added
      under = read
    }
    sums.addReferences(
      new Float32Array(await gpu.read(reduced, statistics * wide.height)),
      wide.height,
      referenceFirst,
      count,
      inverseUnit,
      ratioUnit,
    )
  }
  if (near !== null) await addNear(near)
  if (under !== null) await addNear(await add(under))
  if (farthest.distance >= 0) sums.addDistance(sums.pair(farthest.anchor, farthest.reference).distance)
  await addSteepest(gpu, arena, {task, prepared, sums, steepest, references: right, plan: wide, depth})
  return sums.finish()
}

/** What a block of pairs sends back: the pairs left out, and the sums of its anchors. */
interface BlockResults {
  anchorFirst: number
  referenceFirst: number
  count: number
  left: Promise<ArrayBuffer>
  lanes: Promise<ArrayBuffer>
  sides: readonly [ColumnPanel, ColumnPanel]
}

/** A raw distance and its error from what coordinates add up to; of almost opposite unit rows null. */
function rawDistance(metric: Metric, x: number, error: number): {distance: number; error: number} | null {
  if (metric !== 'angle') return {distance: x, error}
  const half = (x + error) / 2
  return half > 0.995 ? null : {distance: 2 * Math.asin(x / 2), error: error / Math.sqrt(1 - half * half)}
}

const rowsIn = ({rows, height}: PanelPlan, p: number) => Math.min(rows, (p + 1) * height) - p * height

/** struct Parameters of volatility-shader.ts. */
function pairParameters(
  task: VolatilityTask,
  {unit, lossUnit, anchors}: Prepared,
  deltas: number,
  at: {anchors: number; references: number; anchorFirst: number; referenceFirst: number; stride: number},
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(16)
  const floats = new Float32Array(words.buffer)
  const {metric} = task
  const dim = anchors.exact.cols
  words.set([
    at.anchors,
    at.references,
    at.anchorFirst,
    at.referenceFirst,
    at.stride,
    Number(task.anchors === task.references),
    deltas,
    task.etas.length,
  ])
  floats[8] = Math.min((task.floor * task.scale) / unit, LARGEST)
  floats[9] = Math.min(task.lossMax / lossUnit, LARGEST)
  floats[10] = relativeError(metric, chainOfSums(metric, roundUp(dim, 16)))
  // Squares of differences below 2⁻⁶³ vanish: WGSL may flush what is subnormal.
  floats[11] = Math.sqrt(dim) * 2 ** -60
  words[12] = Number(metric !== 'angle')
  return words
}

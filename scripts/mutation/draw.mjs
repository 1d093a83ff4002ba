import {createHash} from 'node:crypto'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Instrumenter} from '@stryker-mutator/instrumenter'

const silent = {isDebugEnabled: () => false, debug() {}, info() {}, warn: console.warn}

/** Every mutant of some rooms, as Stryker itself makes them. Lines and columns from 0. */
export async function listMutants(rooms) {
  const files = rooms.flatMap((room) =>
    readdirSync(`src/${room}`, {recursive: true, encoding: 'utf8'})
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join('src', room, name)),
  )
  const sources = files.sort().map((name) => ({name, mutate: true, content: readFileSync(name, 'utf8')}))
  const {mutants} = await new Instrumenter(silent).instrument(sources, {
    plugins: null,
    excludedMutations: [],
    ignorers: [],
  })
  return mutants
}

/** What a mutant is known by, wherever the repository or Stryker's copy of it lies. */
export const keyOf = ({fileName, location: {start, end}, mutatorName, replacement}) =>
  JSON.stringify([placeOf(fileName), start.line, start.column, end.line, end.column, mutatorName, replacement])

/** The `count` mutants of each room whose hash with the seed is smallest: every set of so many is equally likely. */
export function draw(mutants, seed, count) {
  const hashed = mutants
    .map((mutant) => ({
      mutant,
      hash: createHash('sha256')
        .update(`${seed} ${keyOf(mutant)}`)
        .digest('hex'),
    }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1))
  const rooms = [...new Set(mutants.map(roomOf))].sort()
  return rooms.flatMap((room) =>
    hashed
      .filter(({mutant}) => roomOf(mutant) === room)
      .slice(0, count)
      .map(({mutant}) => mutant),
  )
}

/** A mutant of Stryker's results, where lines and columns count from 1, as one of listMutants. */
export function counted({location: {start, end}, ...mutant}) {
  const before = ({line, column}) => ({line: line - 1, column: column - 1})
  return {...mutant, location: {start: before(start), end: before(end)}}
}

/** For Stryker's `mutate`: lines from 1. Mutants inside the range of another come along: see only.mjs. */
export const rangeOf = ({fileName, location: {start, end}}) =>
  `${fileName}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`

const placeOf = (fileName) => /src[/\\].*$/.exec(fileName)[0].replaceAll('\\', '/')
export const roomOf = ({fileName}) => placeOf(fileName).split('/')[1]

import {NUMBERS} from './bytes.js'
import {changeList, type Mutator, pick} from './mutator.js'

/**
 * Text that breaks what is written without care: markup, formulas, terminal escapes, members of every object, odd
 * characters.
 */
export const WORDS = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'null',
  'true',
  '=1+1',
  '@SUM(A1)',
  '<script>',
  ']]>',
  '"',
  "'",
  '\\',
  '\u001b[31m',
  '\u202e',
  '\u0000',
  '\ufeff',
  '\ud800',
  '..',
  '../x',
  '/',
  'x'.repeat(300),
  'é',
  '\r',
  '\n',
  '\t',
  ',',
  ';',
  '#',
  '%',
]

const TOKEN = /"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_][\w.-]*|\s+|[^\sA-Za-z_\d]/g

/** One change to the words, numbers, strings and signs of a text; `dictionary` has words of its language. */
export const mutateTokens =
  (dictionary: readonly string[]): Mutator =>
  (input, other, random) => {
    const tokens = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8').match(TOKEN) ?? []
    const own = [...NUMBERS, ...WORDS, ...dictionary, ...dictionary]
    return Buffer.from(changeList(tokens(input), tokens(other), () => pick(own, random), random).join(''))
  }

export const JSON_WORDS = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"',
  '""',
  '{}',
  '[]',
  'null',
  'true',
  'false',
  '"__proto__"',
  '"__proto__":{"polluted":1},',
  '['.repeat(200),
  '{"a":'.repeat(200),
  '\\u0000',
  '\\ud800',
]
export const XML_WORDS = [
  '<',
  '>',
  '</',
  '/>',
  '<node',
  '<edge',
  '<graph>',
  '</graph>',
  '<data key="d0">',
  '</data>',
  '<default>',
  ' id="0"',
  ' source="0"',
  ' target="1"',
  ' key="__proto__"',
  ' attr.name="weight"',
  '&amp;',
  '&#0;',
  '&#x110000;',
  '&x;',
  '<!DOCTYPE a [<!ENTITY x "y">]>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?xml version="1.0" encoding="UTF-16"?>',
  'xmlns:a="b"',
  '<a:graph/>',
  '<graph/>'.repeat(3),
  '<a>'.repeat(100),
]
export const CSV_WORDS = [
  'source',
  'target',
  'weight',
  'label',
  'id',
  ',',
  '\t',
  ';',
  '\n',
  '\r\n',
  '\r',
  '"',
  '""',
  '#',
  '%',
  '\ufeff',
  '\n\n',
  ',,',
  '"\n"',
]

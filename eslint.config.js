import js from '@eslint/js'
import {defineConfig} from 'eslint/config'
import tseslint from 'typescript-eslint'

/**
 * The rooms of the house, ground floor first: what each may import, types included. A room names only rooms above it in
 * this list, so no two rooms can import each other. `errors.ts`, `packages.ts` and `version.ts` are open to all; `commands`, `bench`,
 * `scripts`, `fixtures` and `test` may import everything.
 */
const ROOMS = {
  frame: [],
  data: ['frame'],
  stats: [],
  linalg: ['data', 'stats'],
  pairwise: ['frame', 'linalg', 'stats'],
  learn: ['linalg', 'stats'],
  graph: ['data', 'frame', 'linalg'],
  certify: ['data', 'frame', 'linalg', 'pairwise', 'stats'],
  sanitize: ['data', 'frame', 'graph', 'linalg', 'pairwise', 'stats'],
  checkpoint: ['certify', 'data', 'frame', 'stats'],
  perturb: ['checkpoint', 'data', 'stats'],
  attack: ['frame', 'graph', 'linalg', 'pairwise', 'sanitize', 'stats'],
  evaluate: ['frame', 'graph', 'learn', 'linalg', 'pairwise', 'sanitize', 'stats'],
  harden: ['certify', 'checkpoint', 'data', 'frame', 'learn', 'linalg', 'pairwise', 'perturb', 'stats'],
  verdicts: ['data', 'frame'],
  judge: ['data', 'frame', 'stats', 'verdicts'],
  outputs: ['data', 'frame'],
  drift: ['data', 'frame', 'outputs', 'stats'],
  gate: ['certify', 'frame'],
  documents: [
    'attack',
    'certify',
    'checkpoint',
    'data',
    'evaluate',
    'frame',
    'gate',
    'graph',
    'judge',
    'drift',
    'harden',
    'pairwise',
    'sanitize',
  ],
  render: [
    'certify',
    'checkpoint',
    'data',
    'documents',
    'evaluate',
    'frame',
    'gate',
    'graph',
    'judge',
    'drift',
    'harden',
    'sanitize',
  ],
}

/** `src/cli` stands above all rooms of `ROOMS`; only it and `commands` know the command line. */
const rooms = {
  rules: {
    'arrows-down': {
      create(context) {
        const source = new URL('./src/', import.meta.url).pathname
        const place = (path) => (path.startsWith(source) ? path.slice(source.length) : null)
        const from = place(context.filename)?.split('/')[0]
        if (!Object.hasOwn(ROOMS, from)) return {}
        const allowed = [from, ...ROOMS[from], 'errors.js', 'packages.js', 'version.js']
        const check = ({source: specifier}) => {
          const name = specifier?.value
          if (typeof name !== 'string') return
          const target = name.startsWith('.') ? place(new URL(name, `file://${context.filename}`).pathname) : null
          const room = target === null ? name.split('/')[0] : target.split('/')[0]
          if (target === null ? !name.startsWith('.') && room !== '@oclif' : allowed.includes(room)) return
          context.report({
            node: specifier,
            message: `src/${from} may not import ${name}: see ROOMS in eslint.config.js`,
          })
        }
        return {
          ImportDeclaration: check,
          ExportNamedDeclaration: check,
          ExportAllDeclaration: check,
          ImportExpression: check,
          TSImportType: ({argument}) => check({source: argument.literal ?? argument}),
        }
      },
    },
  },
}

for (const [at, [room, lower]] of Object.entries(ROOMS).entries())
  for (const name of lower)
    if (!Object.keys(ROOMS).slice(0, at).includes(name)) throw new Error(`ROOMS: ${room} stands below ${name}`)

/** The rooms of `src`, and what gate, judge and drift may not do: what no other linter here checks. */
export const roomRules = [
  {
    files: ['src/**/*.ts'],
    plugins: {rooms},
    rules: {'rooms/arrows-down': 'error'},
  },
  {
    files: ['src/gate/**/*.ts', 'src/judge/**/*.ts', 'src/drift/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {patterns: [{group: ['node:*'], message: 'gate, judge and drift read no file and run nothing'}]},
      ],
    },
  },
]

/** Every rule: for changed files in `npm run check`, for all in `npm run verify:full` (`npm run lint:full`). */
export default defineConfig(
  {ignores: ['dist/', 'coverage/', 'node_modules/', 'surety-out/']},
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: import.meta.dirname}},
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {process: 'readonly', console: 'readonly', URL: 'readonly', performance: 'readonly', Buffer: 'readonly'},
    },
  },
  {files: ['scripts/**', 'bench/**', 'fixtures/**'], rules: {'no-console': 'off'}},
  ...roomRules,
)

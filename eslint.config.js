import js from '@eslint/js'
import {defineConfig} from 'eslint/config'
import tseslint from 'typescript-eslint'

const layers = (files, forbidden, message) => ({
  files,
  rules: {'no-restricted-imports': ['error', {patterns: [{group: forbidden, message}]}]},
})

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
  // The arrows of the architecture: a service never knows flags, a terminal or the other service.
  layers(
    ['src/certify/**/*.ts'],
    ['**/sanitize/*', '**/harden/*', '**/cli/*', '@oclif/*', '**/commands/*'],
    'certify knows neither sanitize nor the command line',
  ),
  layers(
    ['src/sanitize/**/*.ts'],
    ['**/certify/*', '**/cli/*', '@oclif/*', '**/commands/*'],
    'sanitize knows neither certify nor the command line',
  ),
  layers(
    ['src/attack/**/*.ts'],
    ['**/certify/*', '**/cli/*', '@oclif/*', '**/commands/*'],
    'attack knows neither certify nor the command line',
  ),
  layers(
    ['src/harden/**/*.ts'],
    ['**/sanitize/*', '**/evaluate/*', '**/attack/*', '**/graph/*', '**/cli/*', '@oclif/*', '**/commands/*'],
    'harden trains checkpoints: it knows neither graphs nor the command line',
  ),
  layers(
    ['src/perturb/**/*.ts'],
    ['**/sanitize/*', '**/harden/*', '**/cli/*', '@oclif/*', '**/commands/*'],
    'perturb knows neither its users nor the command line',
  ),
  layers(
    ['src/learn/**/*.ts'],
    ['**/sanitize/*', '**/certify/*', '**/evaluate/*', '**/cli/*', '@oclif/*', '**/commands/*'],
    'learn knows models and matrices only',
  ),
  layers(
    ['src/judge/**/*.ts', 'src/drift/**/*.ts'],
    [
      '**/sanitize/*',
      '**/certify/*',
      '**/harden/*',
      '**/evaluate/*',
      '**/cli/*',
      '@oclif/*',
      '**/commands/*',
      'node:*',
    ],
    'judge and drift know recorded outputs only',
  ),
  layers(
    ['src/evaluate/**/*.ts'],
    ['**/certify/*', '**/cli/*', '@oclif/*', '**/commands/*'],
    'evaluate knows neither certify nor the command line',
  ),
  layers(
    ['src/gate/**/*.ts'],
    [
      '**/sanitize/*',
      '**/evaluate/*',
      '**/harden/*',
      '**/checkpoint/*',
      '**/pairwise/*',
      '**/cli/*',
      '@oclif/*',
      '**/commands/*',
      'node:*',
    ],
    'gate judges reports: it reads no file and runs nothing',
  ),
  layers(
    [
      'src/linalg/**/*.ts',
      'src/stats/**/*.ts',
      'src/data/**/*.ts',
      'src/graph/**/*.ts',
      'src/pairwise/**/*.ts',
      'src/checkpoint/**/*.ts',
      'src/report/**/*.ts',
    ],
    ['**/cli/*', '@oclif/*', '**/commands/*'],
    'only commands/ and src/cli know the command line',
  ),
)

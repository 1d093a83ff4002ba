/** Supported CI systems. */
export const SYSTEMS = ['github', 'gitlab', 'none'] as const
export type System = (typeof SYSTEMS)[number]

const GATE =
  'npx --no-install surety gate --cache .surety-cache --reports surety-reports --out surety-reports/gate.html'

/** File and content of the CI job; null: none requested. surety and its engines are devDependencies of the project. */
export function workflowOf(system: System): {path: string; text: string} | null {
  switch (system) {
    case 'github':
      return {
        path: '.github/workflows/surety.yml',
        text: `name: surety
on: [pull_request]
permissions:
  contents: read
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          lfs: true
      - uses: actions/setup-node@v4
        with:
          node-version: 22
      - run: npm ci    # surety and its engines are devDependencies
        env:
          ONNXRUNTIME_NODE_INSTALL: skip
      - uses: actions/cache@v4
        with:
          path: .surety-cache
          key: surety-\${{ github.sha }}
          restore-keys: surety-
      - run: ${GATE} --format github
      - if: always()
        uses: actions/upload-artifact@v4
        with:
          name: surety
          path: surety-reports
`,
      }
    case 'gitlab':
      return {
        path: '.gitlab-ci.yml',
        text: `surety-gate:
  stage: test
  image: node:22
  variables:
    ONNXRUNTIME_NODE_INSTALL: skip
  script:
    - npm ci    # surety and its engines are devDependencies
    - ${GATE} --out surety-reports/gl-code-quality-report.json --out junit:surety-reports/junit.xml
  cache:
    key: surety
    paths: [.surety-cache/]
  artifacts:
    when: always
    paths: [surety-reports/]
    reports:
      codequality: surety-reports/gl-code-quality-report.json
      junit: surety-reports/junit.xml
`,
      }
    case 'none':
      return null
  }
}

/** Lines for .gitignore. */
export const IGNORED = ['.surety-cache/', 'surety-reports/']

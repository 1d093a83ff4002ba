// npm publish runs this first: a package whose addresses are still placeholders is not published. CONTRIBUTING.md, "Publishing".
import {readFileSync} from 'node:fs'

const {name, homepage, bugs, repository} = JSON.parse(readFileSync('package.json', 'utf8'))
const left = Object.entries({name, homepage, bugs: bugs?.url, repository: repository?.url})
  .filter(([, value]) => value === undefined || value.includes('OWNER'))
  .map(([key]) => key)
if (left.length > 0) {
  console.error(
    `package.json: ${left.join(', ')} still name OWNER in place of who publishes surety: replace it as CONTRIBUTING.md says, "Publishing"`,
  )
  process.exit(1)
}

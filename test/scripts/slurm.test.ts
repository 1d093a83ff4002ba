import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'

describe('scripts for Slurm', () => {
  const docs = readFileSync('docs/scale.md', 'utf8')

  it.each(['shards', 'merge', 'stage'])('docs/scale.md shows %s.sbatch as it is run', (name) => {
    expect(docs).toContain(`\`\`\`bash\n${readFileSync(`scripts/slurm/${name}.sbatch`, 'utf8')}\`\`\``)
  })

  it.each([
    'slurm-demo.sh',
    'slurm/cluster.sh',
    'slurm/shards.sbatch',
    'slurm/merge.sbatch',
    'slurm/stage.sbatch',
    'slurm/submit-stages.sh',
  ])('%s is bash without a syntax error', (name) => {
    expect(spawnSync('bash', ['-n', `scripts/${name}`], {encoding: 'utf8'})).toMatchObject({status: 0, stderr: ''})
  })
})

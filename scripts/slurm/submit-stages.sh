#!/bin/bash
# submit-stages.sh SHARDS "OUTPUTS" sanitize GRAPH … --resume FOLDER: submits every stage of a run through landmarks, each after the
# one before, the shared ones as arrays of SHARDS tasks; prints the number of the last job, which writes OUTPUTS.
set -euo pipefail
shards=$1 outputs=$2
shift 2
here=$(dirname "$0")
after=
for stage in draw sums solve scores cut after ''; do
  array=
  case $stage in sums | scores | after) array=--array=1-$shards ;; esac
  job=$(sbatch --parsable --job-name="surety-${stage:-result}" --export="ALL,STAGE=$stage" ${after:+--dependency=afterok:$after} \
    $array "$here/stage.sbatch" "$@" $([ -n "$stage" ] || echo "$outputs"))
  after=$job
done
echo "$after"

#!/usr/bin/env bash
# Runs shards of surety on a real Slurm: an array of shards, one task of which is requeued while it runs, and a merge job that waits for
# them; then a run through landmarks in stages, with a task requeued too. Asserts that the reports are those of single runs. Everything
# lies in a temporary folder that is removed at the end (KEEP=1 keeps it). Exit 0: it holds; 1: it does not; 3: Slurm or munge is not installed.
#
#   npm run build && scripts/slurm-demo.sh        (DEMOS=stages: that part alone)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
source "$root/scripts/slurm/cluster.sh"

fail() {
  echo "slurm-demo: $1" >&2
  if [ -n "${cluster:-}" ]; then tail -n 5 "$cluster"/*.log "$cluster"/*.out "$cluster"/munge/log "$folder"/*/*.log >&2 2>/dev/null || true; fi
  exit 1
}

for tool in munged munge slurmctld slurmd sbatch scontrol squeue; do
  if ! PATH=$PATH:/usr/sbin:/sbin command -v "$tool" > /dev/null; then
    echo "slurm-demo: $tool is not installed; on Debian: apt-get install slurm-wlm munge" >&2
    exit 3
  fi
done
PATH=$PATH:/usr/sbin:/sbin
[ -f "$root/dist/commands/merge.js" ] || fail 'there is no build: run npm run build first'

folder=$(mktemp -d "${TMPDIR:-/tmp}/surety-slurm-XXXXXX")
# munged insists that everyone may reach its socket.
chmod 711 "$folder"
finish() {
  stop_cluster
  if [ "${KEEP:-}" = 1 ]; then echo "kept: $folder"; else rm -rf "$folder"; fi
}
trap finish EXIT
trap 'exit 1' INT TERM

# The command as it stands on the PATH of the tasks; it also records who started and when.
mkdir "$folder/bin"
cat > "$folder/bin/surety" <<WRAPPER
#!/bin/bash
echo "task \${SLURM_ARRAY_TASK_ID:--} restart \${SLURM_RESTART_COUNT:-0} pid \$\$" >> starts.txt
echo "\${STAGE:--} \${SLURM_ARRAY_TASK_ID:--} \${SLURM_RESTART_COUNT:-0} \$\$" >> stages.txt
exec $(command -v node) "$root/bin/run.js" "\$@"
WRAPPER
chmod +x "$folder/bin/surety"
export PATH="$folder/bin:$PATH"

# The words of a job's record: field NAME JOB.
field() { scontrol show job --oneliner "$2" | grep -oE "(^| )$1=[^ ]*" | head -n 1 | sed 's/.*=//'; }
is_in_state() { [ "$(field JobState "$2")" = "$1" ]; }
is_over() { case $(field JobState "$1") in PENDING | RUNNING | COMPLETING | CONFIGURING | REQUEUED) return 1 ;; *) return 0 ;; esac; }
is_gone() { ! kill -0 "$1"; }
pid_of() { sed -n "s/^task $1 restart 0 pid //p" starts.txt; }

# demo NAME SHARDS REQUEUED "REPORT FLAGS" COMMAND…: a single run, the same in shards with task REQUEUED requeued, the comparison.
# `prepare` has made the input in the current folder.
demo() {
  local name=$1 shards=$2 requeued=$3 report=$4 array merge pid started=$SECONDS
  shift 4
  echo "── $name: a single run"
  surety "$@" --threads 1 $report single.json > single.txt 2> single.log || fail "the single run failed with exit code $?"
  head -n 3 single.txt
  echo "   $((SECONDS - started)) s"
  rm starts.txt

  echo "── $name: $shards shards and a merge job"
  started=$SECONDS
  array=$(sbatch --parsable --array="1-$shards" "$root/scripts/slurm/shards.sbatch" "$@")
  merge=$(sbatch --parsable --dependency="afterok:$array" "$root/scripts/slurm/merge.sbatch")
  echo "   array job $array, merge job $merge"
  until_true 120 "task $requeued does not start" is_in_state RUNNING "${array}_$requeued"
  until_true 30 "task $requeued does not run surety" grep -q "^task $requeued " starts.txt
  sleep 3
  pid=$(pid_of "$requeued")
  is_in_state RUNNING "${array}_$requeued" && kill -0 "$pid" && [ ! -e "part-$requeued.json" ] || fail "task $requeued is no longer at work, so there is nothing to requeue: use a larger input"
  scontrol requeue "${array}_$requeued"
  until_true 30 "the requeued task was not killed" is_gone "$pid"
  [ ! -e "part-$requeued.json" ] || fail "the killed task left a file"
  echo "   task $requeued was killed (pid $pid) and requeued $((SECONDS - started)) s after submission; squeue:"
  squeue -h --array -o '     %i %j %T %r' | sort
  until_true 900 'the merge job does not end' is_over "$merge"
  echo "   merge ended $((SECONDS - started)) s after submission; scontrol show job:"
  for task in $(seq "$shards"); do report_job "${array}_$task"; done
  report_job "$merge"

  for task in $(seq "$shards"); do
    is_in_state COMPLETED "${array}_$task" || fail "task $task is $(field JobState "${array}_$task")"
  done
  is_in_state COMPLETED "$merge" || fail "the merge job is $(field JobState "$merge") with exit code $(field ExitCode "$merge")"
  [ "$(field Restarts "${array}_$requeued")" -ge 1 ] || fail "task $requeued was not restarted"
  grep -q "^task $requeued restart 1 " starts.txt || fail "task $requeued did not run surety again"
  node "$root/scripts/slurm/same-report.mjs" single.json report.json || fail 'the merged report is not that of a single run'
}

# demo_stages SHARDS COMMAND…: a single run, the same in stages with a task of the stage sums requeued, the comparison.
demo_stages() {
  local shards=$1 result pid started=$SECONDS
  shift
  echo "── stages: a single run"
  surety "$@" --threads 1 --report single.json --out single.npz > single.txt 2> single.log || fail "the single run failed with exit code $?"
  head -n 3 single.txt
  echo "   $((SECONDS - started)) s"
  rm stages.txt

  echo "── stages: six of them, the shared ones with $shards shards each, and the result"
  started=$SECONDS
  result=$("$root/scripts/slurm/submit-stages.sh" "$shards" '--report report.json --out clean.npz' "$@" --resume work)
  squeue -h --array -o '     %i %j %T %r' | sort -n
  until_true 300 'no task of sums runs' grep -q '^sums 2 0 ' stages.txt
  pid=$(sed -n 's/^sums 2 0 //p' stages.txt)
  array=$(squeue -h -n surety-sums -o %F | head -n 1)
  kill -0 "$pid" && is_in_state RUNNING "${array}_2" || fail 'task 2 of sums is no longer at work, so there is nothing to requeue: use a larger graph'
  scontrol requeue "${array}_2"
  until_true 30 "the requeued task was not killed" is_gone "$pid"
  echo "   task 2 of sums was killed (pid $pid) and requeued $((SECONDS - started)) s after submission"
  until_true 1800 'the last job does not end' is_over "$result"
  echo "   the result was there $((SECONDS - started)) s after submission; stages and tasks that ran, with restarts:"
  cut -d ' ' -f 1-3 stages.txt | sort | uniq -c
  is_in_state COMPLETED "$result" || fail "the last job is $(field JobState "$result") with exit code $(field ExitCode "$result")"
  grep -q '^sums 2 1 ' stages.txt || fail 'task 2 of sums was not restarted'
  node "$root/scripts/slurm/same-report.mjs" single.json report.json || fail 'the report in stages is not that of a single run'
  cmp single.npz clean.npz || fail 'the cleaned graph in stages is not that of a single run'
}

report_job() { echo "     $1 $(field JobName "$1") $(field JobState "$1") Restarts=$(field Restarts "$1") RunTime=$(field RunTime "$1") ExitCode=$(field ExitCode "$1")"; }

# in_folder NAME: a folder of its own for a demo.
in_folder() { mkdir "$folder/$1" && cd "$folder/$1"; }

start_cluster "$folder/cluster" 4
slurmctld -V
sinfo

for part in ${DEMOS:-certify sanitize stages}; do
  in_folder "$part"
  case $part in
    certify)
      # The l1 distance has no matrix product, which makes a small file a long run.
      node "$root/scripts/slurm/make-embeddings.mjs" embeddings.npz "${ROWS:-60000}" 64
      demo certify 4 2 --out certify embeddings.npz --metric l1 --anchors 0.04 --device cpu
      ;;
    sanitize)
      # In the limit of an infinite ridge the whole work is one pass over pairs of nodes, which is what shards share.
      node "$root/scripts/slurm/make-graph.mjs" graph.npz "${NODES:-25000}" 100000
      demo sanitize 4 3 '--dry-run --report' sanitize graph.npz --ridge infinity --solver stream --device cpu
      ;;
    stages)
      node "$root/scripts/slurm/make-graph.mjs" graph.npz "${NODES:-25000}" 200000
      demo_stages 4 sanitize graph.npz --solver landmarks --prune 5% --device cpu
      ;;
  esac
done

echo 'slurm-demo: all asserted'

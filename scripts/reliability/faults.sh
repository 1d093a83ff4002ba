#!/usr/bin/env bash
# scripts/reliability/faults.sh: a full disk, a read-only folder, no network, and a worker thread that dies, for the real command line.
# Linux, root (it mounts), a build; strace for the last word on the network. Prints a line a fault and exits with 1 if one was not survived.
set -uo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
wrong=0
trap 'umount "$folder/full" "$folder/readonly" 2>/dev/null; rm -rf "$folder"' EXIT
surety() { node bin/run.js "$@"; }
check() { # name, condition
  if eval "$2"; then echo "survived  $1"; else echo "WRONG     $1"; wrong=1; fi
}
STATES=(certify fixtures/digits/digits-mlp-embeddings.npz --device cpu --threads 1 --bootstrap 0)
GRAPH=(sanitize fixtures/community-graph/community-graph.npz --edges edges_attacked --method first-order --device cpu --threads 1)

mkdir "$folder/full" "$folder/readonly"
mount -t tmpfs -o size=64k tmpfs "$folder/full" || exit 1
echo old > "$folder/full/report.json"; echo old > "$folder/full/clean.npz"
# One page is left for the beginning of a file.
head -c $((64 * 1024 - 3 * 4096)) /dev/zero > "$folder/full/other"
surety "${STATES[@]}" --out "$folder/full/report.json" > "$folder/out" 2> "$folder/err"; code=$?
check "disk full, certify: exit code 2, the reason, the old file, nothing left behind" \
  '[ $code = 2 ] && grep -q "the disk is full" "$folder/err" && [ "$(cat "$folder/full/report.json")" = old ] && [ "$(ls -A "$folder/full" | wc -l)" = 3 ]'
surety "${GRAPH[@]}" --out "$folder/full/clean.npz" > "$folder/out" 2> "$folder/err"; code=$?
check "disk full, sanitize: the same" \
  '[ $code = 2 ] && grep -q "the disk is full" "$folder/err" && [ "$(cat "$folder/full/clean.npz")" = old ] && [ "$(ls -A "$folder/full" | wc -l)" = 3 ]'

mount --bind "$folder/readonly" "$folder/readonly" && mount -o remount,ro,bind "$folder/readonly" || exit 1
surety "${STATES[@]}" --out "$folder/readonly/report.json" > "$folder/out" 2> "$folder/err"; code=$?
check "read-only folder: exit code 2 with the reason, before anything is computed" '[ $code = 2 ] && grep -q "read-only" "$folder/err" && [ ! -s "$folder/out" ]'

check "no network (a namespace without one): certify and sanitize work" \
  'unshare -n node bin/run.js "${STATES[@]}" > /dev/null 2>&1 && unshare -n node bin/run.js "${GRAPH[@]}" --dry-run > /dev/null 2>&1'
if command -v strace > /dev/null; then
  for args in "${STATES[*]}" "${GRAPH[*]} --dry-run" doctor; do
    # shellcheck disable=SC2086
    strace -f -qq -e trace=socket,connect -o "$folder/trace" node bin/run.js $args > /dev/null 2>&1
    check "no socket of a network is opened: ${args%% *}" '[ -e "$folder/trace" ] && ! grep -qE "AF_INET|AF_NETLINK" "$folder/trace"'
  done
fi

npx tsx scripts/reliability/make-states.ts "$folder/states.npz" || exit 1
BIG=(certify "$folder/states.npz" --device cpu --threads 2 --bootstrap 0 --examples 5 --json)
plain() { node -e 'const r = JSON.parse(require("fs").readFileSync(0)); console.log(JSON.stringify({verdict: r.verdict, metrics: r.metrics, evidence: r.evidence}))'; }
surety "${BIG[@]}" 2> /dev/null | plain > "$folder/undisturbed"
deaths=0
for ms in 0 100 300 600 1000 1500; do
  SURETY_KILL_WORKER_MS=$ms node --import ./scripts/reliability/kill-worker.mjs bin/run.js "${BIG[@]}" 2> "$folder/err" | tee "$folder/killed" | plain > "$folder/result"
  if grep -q "a worker thread was killed" "$folder/err" && grep -q workers-lost "$folder/killed"; then deaths=$((deaths + 1)); fi
  check "a worker thread that dies $ms ms after its start: the same metrics, evidence and verdict" 'cmp -s "$folder/undisturbed" "$folder/result"'
done
check "$deaths of those deaths came during the work and are noted in the report (workers-lost)" '[ $deaths -ge 1 ]'
exit $wrong

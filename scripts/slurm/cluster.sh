# Sourced: starts and stops a Slurm of one node with its own munge, all inside one folder; no existing configuration is read or changed.

# start_cluster FOLDER SLOTS
start_cluster() {
  cluster=$1
  local host port
  host=$(hostname -s)
  mkdir -p "$cluster"/{munge,state,spool}
  chmod 755 "$cluster" "$cluster/munge"
  ( umask 077; head -c 128 /dev/urandom > "$cluster/munge/key" )
  # Two free ports, so that a Slurm that is already here is not disturbed.
  port=$(node -e "
    const {createServer} = require('net'), servers = [createServer(), createServer()]
    Promise.all(servers.map((s) => new Promise((done) => s.listen(0, '127.0.0.1', () => done(s.address().port))))).then((p) => { console.log(p.join(' ')); servers.forEach((s) => s.close()) })")
  cat > "$cluster/slurm.conf" <<CONF
ClusterName=surety-demo
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${port% *}
SlurmdPort=${port#* }
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
CredType=cred/munge
# A requeued task may start again when its old credential has expired: 120 s unless told.
AuthInfo=socket=$cluster/munge/socket,cred_expire=5
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$cluster/completed.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
MinJobAge=86400
NodeName=$host NodeAddr=127.0.0.1 CPUs=$2 State=UNKNOWN
PartitionName=demo Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF=$cluster/slurm.conf
  pids=()
  munged --foreground --key-file="$cluster/munge/key" --socket="$cluster/munge/socket" --pid-file="$cluster/munge/pid" \
    --log-file="$cluster/munge/log" --seed-file="$cluster/munge/seed" > "$cluster/munged.out" 2>&1 &
  pids+=($!)
  until_true 20 "munged does not answer" munge --socket="$cluster/munge/socket" --no-input --output=/dev/null
  slurmctld -D > "$cluster/slurmctld.out" 2>&1 &
  pids+=($!)
  slurmd -D > "$cluster/slurmd.out" 2>&1 &
  pids+=($!)
  until_true 60 "the node does not become idle" node_is_idle
}

node_is_idle() { [ "$(sinfo -h -o %T 2>/dev/null)" = idle ]; }

stop_cluster() {
  [ -n "${SLURM_CONF:-}" ] && [ -n "${pids:-}" ] || return 0
  scancel --user="$(id -un)" --quiet 2>/dev/null || true
  for _ in $(seq 20); do [ -z "$(squeue -h 2>/dev/null)" ] && break; sleep 0.5; done
  # In the reverse order of their start; only what was started here.
  local k
  for ((k = ${#pids[@]} - 1; k >= 0; k--)); do
    kill "${pids[k]}" 2>/dev/null || true
    wait "${pids[k]}" 2>/dev/null || true
  done
}

# until_true SECONDS MESSAGE COMMAND…: waits until the command succeeds; fails with the message after so many seconds.
until_true() {
  local deadline=$((SECONDS + $1)) message=$2
  shift 2
  until "$@" > /dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || fail "$message"
    sleep 0.5
  done
}

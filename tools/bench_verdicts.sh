# shellcheck shell=bash disable=SC2154,SC2164  # `root`, `build` and `set -e` are those of tools/dev
# Records the corpus that says how sure verdicts are: real experiments on this machine whose answers
# are known. Part of tools/dev, which reads it for `bench verdicts`; not run by itself.

# Cells of the corpus: name, pairs, and what the contender gets. Pairs are recorded in slices, each
# an experiment of its own, so that what is interrupted has only lost a slice.
verdict_cells='
quiet-aa 60 --inject items=+0%
noisy-aa 60 --inject items=+0%
plus-2   30 --inject items=+2%
plus-5   30 --inject items=+5%
plus-10  30 --inject items=+10%
hit-only 30 --change tools/proof/corpus/longer-ttl.json'
verdict_slice_pairs=10
verdict_most_failures=3  # in a row: then the machine or its servers need a person

verdicts_usage() {
  cat <<'TEXT'
usage: tools/dev bench verdicts [FOLDER] [-- ARGUMENT...]

Records experiments whose answers are known into FOLDER (build/verdicts): the same arms on this
machine as it is and beside a noisy neighbour, slowdowns of 2, 5 and 10 %, and a change of the hit
ratio alone: 240 pairs in slices of 10, an hour or more. Leave the machine alone meanwhile. Started
again it goes on where it was; a slice that is finished is never recorded again. Arguments after --
go to tare ab (--set measure_s=2) and must be the same every time.
TEXT
}

# The noisy neighbour: bursts of 1 to 3 s on one processor, every second one with 16 MiB to the disk,
# 2 to 8 s apart. It ends by itself after an hour, or when tools/dev is gone.
neighbour() {  # neighbour SEED FOLDER
  local never burst until gap end=$((SECONDS + 3600))
  exec {never}<> <(:)  # never has anything to read: waiting without a process
  RANDOM=$1
  while ((SECONDS < end)) && kill -0 $$ 2>/dev/null; do
    gap=$((2000 + RANDOM % 6001))
    read -rt "$((gap / 1000)).$(printf '%03d' $((gap % 1000)))" -u "$never" || true
    burst=$((1000 + RANDOM % 2001))
    until=$((${EPOCHREALTIME/./} + burst * 1000))
    if ((RANDOM % 2 == 0)); then
      dd if=/dev/zero of="$2/burst" bs=1M count=16 conv=fsync status=none 2>/dev/null || true
    fi
    while ((${EPOCHREALTIME/./} < until)); do :; done
  done
  rm -rf "$2"
}

start_neighbour() {  # start_neighbour SEED
  neighbour_folder=$(mktemp -d "${TMPDIR:-/tmp}/tare-neighbour-XXXXXX")  # where the sandbox is
  (neighbour "$1" "$neighbour_folder") </dev/null >/dev/null 2>&1 9>&- &
  neighbour_pid=$!
}

stop_neighbour() {
  [[ -n ${neighbour_pid-} ]] || return 0
  kill "$neighbour_pid" 2>/dev/null || true
  wait "$neighbour_pid" 2>/dev/null || true
  rm -rf "$neighbour_folder"
  neighbour_pid=
}

# What a cell has: experiments appear under their names only when they are whole.
finished_slices() {  # finished_slices CELL: or '*', for all
  { compgen -G "$verdicts/$1/verdicts/*-ab-*/experiment.json" || true; } | wc -l
}

# The cell with the fewest slices that is not full: "NAME FINISHED WANTED ARGUMENT..."; none: done.
next_slice() {
  local name pairs arguments have wanted fewest=-1 found=
  while read -r name pairs arguments; do
    [[ -n $name ]] || continue
    wanted=$((pairs / verdict_slice_pairs))
    have=$(finished_slices "$name")
    ((have < wanted)) || continue
    if ((fewest < 0 || have < fewest)); then
      fewest=$have
      found="$name $have $wanted $arguments"
    fi
  done <<<"$verdict_cells"
  printf '%s\n' "$found"
}

slices_in_all() { awk -v per="$verdict_slice_pairs" '{n += $2 / per} END {print n}' <<<"$verdict_cells"; }

slices_finished() { finished_slices '*'; }

# From how long the finished ones took, here or before.
time_left() {  # time_left SLICES
  local times
  times=$(compgen -G "$verdicts/*/verdicts/*-ab-*/experiment.json" |
    xargs -r -d '\n' grep -h -m 1 -o '"duration_s": [0-9.]*' || true)
  [[ -n $times ]] || return 0
  awk -v slices="$1" '{sum += $2} END {printf ", about %d min left", sum / NR * slices / 60 + 0.5}' \
    <<<"$times"
}

# Slices with other arguments are other experiments.
same_arguments() {
  local wanted="$*" file=$verdicts/arguments
  [[ -e $file ]] || printf '%s\n' "$wanted" >"$file"
  [[ $(<"$file") == "$wanted" ]] ||
    fail 4 "$verdicts was begun with the arguments: $(<"$file")" \
      "Give the same after --, or name another folder."
}

record_slice() {  # record_slice NAME FINISHED ARGUMENT...: the exit code of tare ab
  local name=$1 slice=$2 code=0 log=$verdicts/$1/log.txt
  mkdir -p "$verdicts/$name"
  rm -rf "$verdicts/$name"/verdicts/*-unfinished  # recorded anew
  [[ $name != noisy-* ]] || start_neighbour $((20261121 + slice))
  run_to_its_end "$build/release/tare" ab tools/proof/corpus/scenario.json "${@:3}" \
    --pairs "$verdict_slice_pairs" --results "$verdicts/$name" >>"$log" 2>&1 9>&- || code=$?
  stop_neighbour
  return "$code"
}

why_not_valid() {  # why_not_valid LOG
  grep -E '^(invalid|tare): ' "$1" | tail -n 1 || echo "see $1"
}

record_verdicts() {  # record_verdicts ARGUMENT...: until every cell is full
  local name have wanted arguments code before failures=0 all
  all=$(slices_in_all)
  while read -r name have wanted arguments < <(next_slice) && [[ -n $name ]]; do
    before=$(slices_finished)
    say "slice $((before + 1)) of $all: $name $((have + 1)) of $wanted$(time_left $((all - before)))"
    code=0
    # shellcheck disable=SC2086  # the words of the table
    record_slice "$name" "$have" $arguments "$@" || code=$?
    case $code in
      0 | 1 | 2) failures=0 ;;  # verdicts are what is recorded
      3)
        say "not valid (exit code 3): $(why_not_valid "$verdicts/$name/log.txt")"
        (($(finished_slices "$name") == have)) || failures=-1  # but on record, as evidence
        failures=$((failures + 1))
        ((failures < verdict_most_failures)) ||
          fail 3 "$failures slices in a row left nothing; see $verdicts/$name/log.txt"
        ;;
      4)
        tail -n 5 "$verdicts/$name/log.txt" >&2
        fail 4 "tare ab refuses this; all it said is in $verdicts/$name/log.txt"
        ;;
      *)
        say "stopped; started again it goes on"
        exit "$code"
        ;;
    esac
  done
}

bench_verdicts() {
  if [[ ${1-} == -h || ${1-} == --help ]]; then
    verdicts_usage
    return
  fi
  verdicts=$build/verdicts
  if [[ $# -gt 0 && $1 != -- ]]; then
    [[ $1 != -* ]] || fail 4 "bench verdicts takes a folder, then -- and arguments of tare ab"
    verdicts=$(realpath -m -- "$1")
    shift
  fi
  [[ $# -eq 0 || $1 == -- ]] || fail 4 "bench verdicts takes one folder; write -- before arguments of tare ab"
  [[ $# -eq 0 ]] || shift
  setup build
  build_kind release tare
  local program=
  if grep -q tare_verdict_bench "$build/release/build.ninja"; then
    build_kind release tare_verdict_bench
    program=$(find "$build/release" -name tare_verdict_bench -type f -perm -u+x | head -n 1)
  fi
  cd "$root"
  mkdir -p "$verdicts"
  exec 9>"$verdicts/lock"
  flock -n 9 || fail 4 "another tools/dev records into $verdicts already"
  same_arguments "$@"
  neighbour_pid=
  trap stop_neighbour EXIT
  record_verdicts "$@"
  say "recorded: $(slices_in_all) slices in $verdicts"
  if [[ -z $program ]]; then
    say "the program that makes the table (tare_verdict_bench) is not part of this tree"
    return
  fi
  "$program" corpus "$verdicts"
}

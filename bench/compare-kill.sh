#!/usr/bin/env bash
# Kills a comparison with SIGKILL at random moments, resumes it each time, and holds the rows that come of it against those
# of an unbroken run: the same cells with the same states, verdicts and variants, each once.
#   bench/compare-kill.sh [KILLS] [compare's arguments …]
# SQUALL names another launcher, which must replace itself by the JVM.
set -euo pipefail

kills=${1:-10}
shift || true
home=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
squall=${SQUALL:-$home/squall}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# -eq 0 ]; then
  set -- --kernel attention.dense,attention.block_sparse,xattention.scores,seedlm.decode --variant first,loops \
    --shape attention.dense:L=32/64,D=16,H=2 --shape attention.block_sparse:L=128/256,D=16,H=2 \
    --shape xattention.scores:L=128/256,D=16,H=2 --shape seedlm.decode:stored=256/1024 \
    --devices host --samples 3 --min-time 0.2 --max-time 1 --warm-up 0.3
fi

"$squall" compare "$@" --out "$work/unbroken.jsonl" >"$work/unbroken.txt"
cells=$(($(wc -l <"$work/unbroken.jsonl") - 1))
echo "unbroken: $cells cells"

lines() { if [ -f "$work/broken.jsonl" ]; then wc -l <"$work/broken.jsonl"; else echo 0; fi; }

done_kills=0
while [ "$done_kills" -lt "$kills" ]; do
  before=$(lines)
  "$squall" compare "$@" --out "$work/broken.jsonl" --resume >"$work/broken.txt" 2>&1 &
  process=$!
  # At a random moment of a random one of the cells that are left to this kill.
  left=$((cells + 1 - before))
  share=$((left / (kills - done_kills + 1)))
  wanted=$((before + (share > 0 ? RANDOM % (share + 1) : 0)))
  while kill -0 "$process" 2>/dev/null && { [ ! -f "$work/broken.jsonl" ] || [ "$(lines)" -lt "$wanted" ]; }; do
    sleep 0.02
  done
  sleep "0.$((RANDOM % 900 + 100))"
  if ! kill -9 "$process" 2>/dev/null; then
    wait "$process" || true
    echo "finished before kill $((done_kills + 1)) of $kills" >&2
    break
  fi
  wait "$process" 2>/dev/null || true
  done_kills=$((done_kills + 1))
  echo "kill $done_kills: $(lines) whole lines, $(wc -c <"$work/broken.jsonl") bytes"
done

"$squall" compare "$@" --out "$work/broken.jsonl" --resume >"$work/broken.txt"

rows() {
  python3 - "$1" <<'PYTHON'
import json, sys
cells = [json.loads(line) for line in open(sys.argv[1])][1:]
for cell in sorted(cells, key=lambda cell: cell["key"]):
    print(cell["key"], cell["state"], cell["verdict"], cell["variant"], sep=" | ")
PYTHON
}
rows "$work/unbroken.jsonl" >"$work/unbroken.rows"
rows "$work/broken.jsonl" >"$work/broken.rows"
if ! diff "$work/unbroken.rows" "$work/broken.rows"; then
  echo "the rows differ" >&2
  exit 1
fi
echo "$done_kills kills: the same $cells rows"

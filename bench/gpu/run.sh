#!/usr/bin/env bash
# Everything that Squall measures on an NVIDIA GPU, in one command of ten minutes.
#
#   bench/gpu/run.sh [--parts LIST] [--seconds N] [--devices LIST] OUT [JDK] [SDK:SDK…]
#
# OUT        folder for the results: figures.jsonl (all JSON lines), verdicts.txt, devices.json
# JDK        a JDK 25 or an image of one (JAVA_HOME); pack.sh makes a small image
# SDK        TornadoVM SDKs with the back ends opencl, ptx, cuda (TORNADOVM_HOME); without one the
#            kernel bundles run through OpenCL alone
# --parts    of line,peers,xattention,kernels,verdicts, in the order wanted (all of them). Each has a share of the
#            time, the first begin first, and what one leaves over goes to the next; a part that runs
#            out of time names what it skipped and ends
# --seconds  for all parts together (540)
# --devices  instead of all NVIDIA devices found, most important first; for a dry run, opencl:pocl
#
# Needs the built product (./squall --version builds it), python3 and, for the peers, PyTorch with CUDA.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
parts=line,peers,xattention,kernels,verdicts
seconds=540
devices=
while [[ ${1:-} == --* ]]; do
  case $1 in
    --parts) parts=$2 ;;
    --seconds) seconds=$2 ;;
    --devices) devices=$2 ;;
    *) echo "run.sh: no option $1" >&2; exit 2 ;;
  esac
  shift 2
done
begin=$SECONDS
out=${1:?"usage: run.sh [--parts LIST] [--seconds N] [--devices LIST] OUT [JDK] [SDK:SDK…]"}
java=${2:-${JAVA_HOME:?"name a JDK"}}/bin/java
[ -n "${3:-}" ] && export TORNADOVM_HOME=$3
mkdir -p "$out"
export SQUALL_CACHE=${SQUALL_CACHE:-$out/cache}
for cuda in /usr/local/cuda /usr/local/cuda-*; do
  if [ -d "$cuda/lib64" ]; then
    # TornadoVM's CUDA back end compiles by NVRTC.
    export LD_LIBRARY_PATH=$cuda/lib64:${LD_LIBRARY_PATH:-} CUDA_PATH=$cuda
    break
  fi
done
squall="$java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Dsquall.home=$root
  -cp $root/pipeline/target/pipeline-0.1.0-SNAPSHOT.jar:$root/pipeline/target/lib/* dev.squall.pipeline.cli.Main"

# A part's share of the time, in hundredths.
share() {
  case $1 in
    line) echo 14 ;;
    peers) echo 8 ;;
    xattention) echo 16 ;;
    kernels) echo 34 ;;
    verdicts) echo 28 ;;
    *) echo "run.sh: no part $1; there are line, peers, xattention, kernels, verdicts" >&2; exit 2 ;;
  esac
}

total=0
for part in ${parts//,/ }; do
  total=$((total + $(share "$part")))
done
if [ -z "$devices" ]; then
  set -f
  # shellcheck disable=SC2086
  $squall devices --json >"$out/devices.json" 2>/dev/null || true
  set +f
  devices=$(python3 "$here/figures.py" gpus "$out/devices.json")
  [ -n "$devices" ] || { echo "no NVIDIA GPU found; ./squall devices says what is missing" >&2; exit 3; }
fi
echo "devices: $devices" >&2

due=0
: >"$out/figures.jsonl"
for part in ${parts//,/ }; do
  due=$((due + $(share "$part")))
  left=$((begin + seconds * due / total - SECONDS))
  echo "$part: $left s" >&2
  figures=(python3 "$here/figures.py" "$part" --squall "$squall" --devices "$devices" --seconds "$left")
  case $part in
    peers) "${figures[@]}" | tee "$out/peers.jsonl" >>"$out/figures.jsonl" || true ;;
    kernels | xattention) "${figures[@]}" --peers "$out/peers.jsonl" | tee -a "$out/figures.jsonl" || true ;;
    verdicts) "${figures[@]}" >"$out/verdicts.txt" || true ;;
    *) "${figures[@]}" | tee -a "$out/figures.jsonl" || true ;;
  esac
done

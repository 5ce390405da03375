#!/usr/bin/env bash
# Everything that Squall measures on an NVIDIA GPU, in one command of about ten minutes.
#
#   bench/gpu/run.sh OUT [JDK] [SDK:SDK…]
#
# OUT    folder for the results: verdicts.txt, figures.jsonl, run-ENGINE.txt
# JDK    a JDK 25 or an image of one (JAVA_HOME); pack.sh makes a small image
# SDK    TornadoVM SDKs with the back ends opencl, ptx, cuda (TORNADOVM_HOME); without one the kernel
#        bundles run through OpenCL alone
#
# Needs the built product (./squall --version builds it), python3 and, for the peers, PyTorch with CUDA.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${1:?"usage: run.sh OUT [JDK] [SDK:SDK…]"}
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

# shellcheck disable=SC2086
run() { set -f; $squall "$@"; set +f; }

run devices --json >"$out/devices.json" 2>/dev/null || true
gpus=$(python3 "$here/figures.py" --list-gpus "$out/devices.json")
[ -n "$gpus" ] || { echo "no NVIDIA GPU found; ./squall devices says what is missing" >&2; exit 3; }
echo "devices: $gpus" >&2

for gpu in ${gpus//,/ }; do
  echo "line on $gpu" >&2
  run run --device "$gpu" --repeat 5 >"$out/run-${gpu%%:*}.txt" 2>&1 || true
done
echo "verdicts" >&2
python3 "$here/figures.py" --squall "$squall" --devices "$gpus" --verdicts >"$out/verdicts.txt"
echo "figures" >&2
python3 "$here/figures.py" --squall "$squall" --devices "$gpus" --limit 1 | tee "$out/figures.jsonl"

#!/usr/bin/env bash
# What a device costs to start and to call, and rates of tiles on Intel's processor runtime. Nothing else should run.
# Each part takes less than two minutes. Usage: bench/devices/run.sh [start|rates]
set -euo pipefail
cd "$(dirname "$0")/../.."
part=${1:-all}

if [ "$part" != rates ]; then
  ./squall devices >/dev/null
  for device in opencl:pocl opencl:intel-cpu; do
    "$(./squall java-home)/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
      -cp 'pipeline/target/pipeline-0.1.0-SNAPSHOT.jar:pipeline/target/lib/*' \
      bench/devices/DeviceStart.java "$device" 2>/dev/null
  done
fi

if [ "$part" != start ]; then
  for estimate in mean logmeanexp; do
    ./squall bench xattention.scores --device opencl:intel-cpu --variant tiles,rows \
      --size L=4096,D=64,H=8,Hk=8 --param "estimate=$estimate" --limit 8
  done
  for kernel in attention.dense attention.block_sparse; do
    ./squall bench "$kernel" --device opencl:intel-cpu --variant tiles,rows --size L=4096,D=64,H=8,Hk=8 --limit 8
  done
fi

#!/usr/bin/env bash
# Packs a small JDK image and TornadoVM SDKs, for a GPU machine that has neither.
#
#   bench/gpu/pack.sh OUT.tar.xz SDK…
#
# Unpack it anywhere: it holds jdk/ and sdk-BACKEND/ folders. run.sh takes them as its arguments; an
# SDK's argument file names its place, so Squall writes one of its own where it was moved.
set -euo pipefail
out=${1:?"usage: pack.sh OUT.tar.xz SDK…"}
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${JAVA_HOME:?}/bin/jlink" --output "$work/jdk" --strip-debug --no-man-pages --no-header-files \
  --add-modules java.base,java.desktop,java.logging,java.management,java.net.http,java.xml,java.sql,java.naming,java.instrument,java.compiler,jdk.management,jdk.unsupported,jdk.incubator.vector,jdk.internal.vm.ci,jdk.httpserver,jdk.jfr,jdk.zipfs,jdk.attach,jdk.graal.compiler
for sdk in "$@"; do
  target=$work/sdk-$(basename "$sdk")
  mkdir -p "$target"
  cp -r "$sdk"/{lib,etc,share,tornado-argfile,tornado-argfile.template} "$target/"
done
tar -C "$work" -cf - . | xz -T0 -7 >"$out"
ls -l "$out" >&2

#!/usr/bin/env bash
# Builds one file that needs no Swift on the machine where it runs, in a folder of its own, since it is compiled in another way.
set -euo pipefail
cd "$(dirname "$0")/.."
source Scripts/packages.sh
need libsqlite3-dev binutils
need_swift
build=(swift build -c release --static-swift-stdlib --scratch-path .build-release --product toolbridge)
"${build[@]}"
program=.build-release/toolbridge
cp "$("${build[@]}" --show-bin-path)/toolbridge" "$program"
strip "$program"
"$program" --version >/dev/null
ls -lh "$program"

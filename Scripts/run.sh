#!/usr/bin/env bash
# Builds the program and serves. Settings come from the environment (toolbridge serve --help).
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/build.sh toolbridge
exec "$(swift build -c release --show-bin-path)/toolbridge" serve

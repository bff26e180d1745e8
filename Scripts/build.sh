#!/usr/bin/env bash
# Builds products in release configuration; what `make run`, `make test` and `make bench` share.
set -euo pipefail
cd "$(dirname "$0")/.."
source Scripts/packages.sh
need libsqlite3-dev
need_swift
for product in "$@"; do swift build -c release --product "$product"; done

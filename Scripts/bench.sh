#!/usr/bin/env bash
# Measures the release build beside other programs in the same run. Arguments go to the HTTP benchmark; --quick takes short rounds.
set -euo pipefail
cd "$(dirname "$0")/.."
source Scripts/packages.sh
need wrk nginx curl
Scripts/build.sh toolbridge toolbridge-mcp mcp-fixtures AuthBenchmark JSONBenchmark StoreBenchmark
folder=$(swift build -c release --show-bin-path)
echo "== HTTP"
python3 Benchmarks/http/bench.py --program "$folder/toolbridge" "$@"
echo "== MCP"
python3 Benchmarks/http/mcp.py --program "$folder/mcp-fixtures" "$@"
echo "== the gateway before an API"
python3 Benchmarks/http/gateway.py --program "$folder/toolbridge" --gateway "$folder/toolbridge-mcp" "$@"
echo "== sync, search, live feeds"
python3 Benchmarks/http/sync.py --program "$folder/toolbridge"
echo "== tokens"
"$folder/AuthBenchmark"
echo "== JSON"
"$folder/JSONBenchmark"
echo "== store"
"$folder/StoreBenchmark"

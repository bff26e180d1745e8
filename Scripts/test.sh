#!/usr/bin/env bash
# All tests. Stops at the first runner that fails, with its exit code. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
source Scripts/packages.sh
need_swift

echo "== lint"
Scripts/lint.sh

echo "== tests of the targets"
need libsqlite3-dev
# The flag keeps the build the one that `make run` has made: no target is compiled in another way for its tests.
# In four runs, the one with a server a test without parallelism: beside tests that compute for long, those that look at the clock would wait for the processor longer than a server waits for them.
timed='HTTPServerTests|MCPServerTests|ObservabilityTests'
served='RESTAPITests'
heavy='SyncSimulationTests|Schema.*Tests|MutationTests'
run() { swift test -c release --disable-xctest --disable-testable-imports "$@"; }
run --filter "$timed"
run --filter "$served" --no-parallel
run --skip "$timed" --skip "$served" --skip "$heavy"
run --filter "$heavy" --skip "$timed"
Scripts/build.sh toolbridge toolbridge-mcp mcp-fixtures example-server

Scripts/python.sh
built=$(swift build -c release --show-bin-path)
export TOOLBRIDGE_PROGRAM="$built/toolbridge" TOOLBRIDGE_GATEWAY="$built/toolbridge-mcp" TOOLBRIDGE_FIXTURES="$built/mcp-fixtures"

echo "== deploy: what needs no cloud"
deploy/test/run.sh

echo "== Acceptance: the programs from outside"
need curl strace nginx openssl faketime prometheus
.venv/bin/python -m pytest Acceptance -n 2 --dist loadfile "$@"

#!/usr/bin/env bash
# All checks of deploy/ that need no cloud account, no cluster and no container engine. `deploy/test/run.sh [part of a name …]` runs those alone.
#
# A check is a file beside this one, and runs because it is there:
# - test_x.py: pytest, in .venv/deploy. What it imports or calls from PyPI is pinned in requirements.txt (installed with --no-deps, so with all that it needs).
# - check_x.sh (executable): runs from the package's root with .venv/deploy/bin first in PATH. Debian packages come by `source Scripts/packages.sh; need shellcheck …`.
#   Exit 0 is good, 77 is "can't be run here, because" (its last line), which CI=true makes an error; anything else has failed.
# .venv/deploy/bin has helm and kubectl beside the Python tools; promtool is Debian's.
set -euo pipefail
cd "$(dirname "$0")/../.."
source Scripts/packages.sh
deploy/test/tools.sh
export PATH="$PWD/.venv/deploy/bin:$PATH"

chosen() {
    [[ ${#wanted[@]} -gt 0 ]] || return 0
    local part
    for part in "${wanted[@]}"; do [[ $1 == *"$part"* ]] && return 0; done
    return 1
}

wanted=("$@")
failed=() tests=()
for file in deploy/test/test_*.py; do
    if [[ -f $file ]] && chosen "${file##*/}"; then tests+=("$file"); fi
done
if [[ ${#tests[@]} -gt 0 ]]; then
    echo "== deploy: ${#tests[@]} files of tests"
    python -m pytest -q -p no:cacheprovider -n 2 --dist worksteal "${tests[@]}" || failed+=("pytest")
fi
for file in deploy/test/check_*.sh; do
    if [[ -f $file ]] && chosen "${file##*/}"; then
        echo "== deploy: ${file##*/}"
        status=0
        "$file" || status=$?
        if [[ $status -eq 77 && ${CI:-} != true ]]; then
            echo "   not run"
        elif [[ $status -ne 0 ]]; then
            failed+=("${file##*/}")
        fi
    fi
done
[[ ${#failed[@]} -eq 0 ]] || { echo "deploy: failed: ${failed[*]}" >&2; exit 1; }

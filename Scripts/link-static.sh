#!/usr/bin/env bash
# Links what has been built for this machine once more, with the Swift runtime inside: Scripts/link-static.sh PRODUCT FOLDER OUTPUT
# FOLDER is where `swift build` put the program. In seconds it gives what Scripts/release.sh needs a whole build for, so that checks of images can run on every change;
# only the optimisation is the other one, for speed instead of size.
set -euo pipefail
cd "$(dirname "$0")/.."
source Scripts/packages.sh
need binutils
product=$1 folder=$(cd "$2" && pwd) output=$3
case $product in
    toolbridge) main=Command_main ;;
    toolbridge-mcp) main=GatewayCommand_main ;;
    *) echo "no such product: $product" >&2; exit 2 ;;
esac
source Scripts/link-flags.sh
# The objects don't name these, since they were compiled for a runtime in libraries.
runtime=(Foundation FoundationEssentials FoundationInternationalization _FoundationICU _FoundationCShims _FoundationCollections CoreFoundation
    swiftDispatch swiftSynchronization swift_RegexParser)
group=(-Xlinker --start-group)
for library in "${runtime[@]}"; do group+=(-Xlinker "-l$library"); done
group+=(-Xlinker --end-group)
swiftc -static-stdlib -lstdc++ -L "$folder" "${link_flags[@]}" -o "$output" -module-name toolbridge -emit-executable \
    -Xlinker --gc-sections -Xlinker --defsym -Xlinker "main=$main" "@$folder/$product.product/Objects.LinkFileList" "${group[@]}" -lm -lz 2>&1 |
    grep -vE "^$|is dangerous, better use" || [[ ${PIPESTATUS[0]} -eq 0 ]]

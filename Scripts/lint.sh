#!/usr/bin/env bash
# What a machine can see in the sources. `--accept` writes the list of leaking imports anew.
set -euo pipefail
cd "$(dirname "$0")/.."
source Scripts/packages.sh
need_swift
status=0
complain() { echo "lint: $*" >&2; status=1; }

swift format lint --strict -r -p Package.swift Sources Tests Examples Benchmarks || status=1

# Modules that a target's interface shows to those that import it.
leaking() { (cd Sources && grep -rE '^(public|package) import' --include='*.swift' . | sed -E 's@^\./([^/]*)/[^:]*:@\1: @' | LC_ALL=C sort -u); }
[[ ${1:-} == --accept ]] && leaking >Scripts/leaking-imports.txt
diff Scripts/leaking-imports.txt <(leaking) || complain "the leaking imports differ from Scripts/leaking-imports.txt: mend them, or accept them with Scripts/lint.sh --accept"

# The walls: what each target may import, besides the system's own modules.
while IFS=: read -r target allowed; do
    [[ -z $target || $target == \#* ]] && continue
    folder=Sources/$target
    [[ $target == */* ]] && folder=$target
    [[ -d $folder ]] || continue
    while IFS=: read -r file _ line; do
        module=$(sed -E 's/.*import +((struct|class|enum|func|protocol|typealias|var|let) +)?([A-Za-z0-9_]+).*/\3/' <<<"$line")
        case " $allowed Glibc Darwin Musl Synchronization " in
            *" $module "*) ;;
            *) complain "$file: $target may not import $module (Scripts/walls.txt)" ;;
        esac
    done < <(grep -rnE '^ *(@[A-Za-z_()]+ +)?((public|package|internal|fileprivate|private) +)?import ' --include='*.swift' "$folder")
done <Scripts/walls.txt
for folder in Sources/*/; do
    target=$(basename "$folder")
    grep -q "^$target:" Scripts/walls.txt || complain "Scripts/walls.txt does not say what $target may import"
done

# Constructs with which a bad value can end the process, or that are wrong on this platform. Comments may name them.
banned() {
    local hits
    hits=$(grep -rnE --include='*.swift' "$1" Sources | sed -E 's@//.*$@@' | grep -E "$1" || true)
    [[ -z $hits ]] || complain "$2"$'\n'"$hits"
}
banned 'try!|as!' 'try! and as! are barred: a bad value would end the process'
banned '[]A-Za-z0-9_)"?>]!($|[].,;:)} ])' 'no value is unwrapped by force'
banned '\b(fatalError|precondition|preconditionFailure|assertionFailure|assert)\(' 'nothing stops the process'
banned 'uniqueKeysWithValues' 'Dictionary(uniqueKeysWithValues:) traps on a key that comes twice: use uniquingKeysWith'
banned '\bunowned\b' 'unowned references are barred'
banned '\bUUID\(\)' 'UUID() repeats itself when descriptors run out: use UID.random()'
banned "\bimport +Foundation *$" 'full Foundation brings ICU along: import FoundationEssentials'
banned '\b(NSRegularExpression|Regex[<(]|DateFormatter)' 'no regular expression or formatter of Foundation'
banned '\bJSON(Decoder|Encoder|Serialization)\b' 'JSON is read and written by JSON'
banned '\bunsafeDowncast|unsafelyUnwrapped|nonisolated\(unsafe\)|unowned\(unsafe\)' 'no unchecked shortcuts'
banned '\bInt[0-9]*\((Double|Float)\(' 'Int of a Double traps: use Int(exactly:)'
# Work that outlives its caller has its reason beside it, in one of these files.
outliving='Sources/(APIClient/Transport/HTTPClientTransport|MCP/TaskRunner|Auth/Caching/SingleFlight|HTTPServer/HTTPService|MCPServer/MCPRoutes\+SSE|MCPServer/Streams/HTTPExchange|MCPServer/LimitedWork)\.swift'
tasks=$(grep -rnE --include='*.swift' '(^|[^.A-Za-z])Task(\.detached|\.immediate)? *(\((priority|operation):[^)]*\))? *(\{|$)' Sources | sed -E 's@//.*$@@' | grep -E 'Task' | grep -vE "^$outliving:" || true)
[[ -z $tasks ]] || complain 'no unstructured tasks'$'\n'"$tasks"
banned '\bTODO\b|\bFIXME\b|\bXXX\b' 'nothing is left for later'
grep -rnE --include='*.swift' '@testable' Tests && complain 'tests see what is package; @testable would compile the targets in another way'

# What README and the articles show is code that is built, and each rule of the protocol has a test or a reason.
python3 Scripts/docs.py || status=1
python3 Scripts/rules.py || status=1
[[ $status -eq 0 ]] && echo "lint: no findings"
exit $status

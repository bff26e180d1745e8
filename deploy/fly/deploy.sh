#!/usr/bin/env bash
# Deploys an app to Fly.io and proves that it works; asks nothing, so that a pipeline can run it, and may be run again after any failure.
#
#   deploy/fly/deploy.sh --app NAME --api-url URL [options]       API answers, app, secrets, deploy, log, root page, doctor, bare call
#   deploy/fly/deploy.sh rollback VERSION --app NAME [options]    the image of an earlier --label once more
#
#   --secrets FILE      NAME=VALUE lines, staged before the deploy; without it the app keeps those that it has
#   --config FILE       fly.toml (the default), deploy/fly/all.toml, or one of your own
#   --label VERSION     names the image, so that a rollback can name it; the default is what git describes
#   --image REF         deploys this image instead of building one
#   --url URL           where the app is reached, if not at the platform's own host name
#   --token-file FILE   a user's token, for the doctor's checks of tools
#   --org NAME          whose app it is, when it is created
#   --one               one machine instead of two
#   --dry-run           prints the commands and runs none
#
# Environment: FLY (fly), TOOLBRIDGE (toolbridge) name the programs.
set -euo pipefail
cd "$(dirname "$0")/../.."
fly=${FLY:-fly} doctor=${TOOLBRIDGE:-toolbridge}
config=fly.toml app='' api='' secrets='' label='' image='' url='' token='' org='' one='' dry='' back=''

usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; }
stop() {
    echo "deploy: $1" >&2
    echo "fix: $2" >&2
    exit 1
}
# Runs a command, or prints it so that it can be pasted.
run() {
    if [[ -n $dry ]]; then
        printf '%q ' "$@"
        echo
    else
        "$@"
    fi
}
step() { echo "== $*" >&2; }
# A value out of JSON: an expression over `it`.
json() { python3 -c 'import json, sys; it = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"; }

if [[ ${1:-} == rollback ]]; then
    back=${2:-}
    [[ -n $back && $back != -* ]] || { usage >&2; exit 2; }
    shift 2
fi
while [[ $# -gt 0 ]]; do
    case $1 in
        --one) one=1 && shift && continue ;;
        --dry-run) dry=1 && shift && continue ;;
        -h | --help) usage && exit 0 ;;
    esac
    [[ $# -ge 2 ]] || { usage >&2; exit 2; }
    case $1 in
        --app) app=$2 ;;
        --api-url) api=${2%/} ;;
        --secrets) secrets=$2 ;;
        --config) config=$2 ;;
        --label) label=$2 ;;
        --image) image=$2 ;;
        --url) url=${2%/} ;;
        --token-file) token=$2 ;;
        --org) org=$2 ;;
        *) echo "deploy: no such option: $1" >&2 && usage >&2 && exit 2 ;;
    esac
    shift 2
done
[[ -n $app ]] || { echo "deploy: --app is missing" >&2; exit 2; }
[[ -f $config ]] || stop "there is no $config" "name a file with --config"
[[ -z $secrets || -r $secrets ]] || stop "$secrets can't be read" "name a file of NAME=VALUE lines with --secrets"
deploy/fly/lint.py "$config" >&2 || stop "$config has faults" "mend what the lines above say"
# Two machines of an app with a volume would be two databases.
if grep -q '^\[mounts\]' "$config"; then one=1 volume=1; else volume=''; fi
: "${label:=$(git describe --always --dirty 2>/dev/null || echo unlabelled)}"

# Deploys, with what all deploys have; further arguments say of what.
deploy() {
    local command=("$fly" deploy . --config "$config" --app "$app")
    [[ -z $one ]] || command+=(--ha=false)
    run "${command[@]}" "$@" || stop "fly deploy failed; the machines that ran before still do" "look at: $fly logs --app $app --no-tail"
    [[ -z $volume ]] || run "$fly" scale count 1 --app "$app" --yes
}

host() {
    if [[ -n $url ]]; then
        echo "$url"
    elif [[ -n $dry ]]; then
        echo "https://$app.fly.dev"
    else
        local name
        name=$("$fly" status --app "$app" --json | json 'it["Hostname"]') || stop "fly status names no host" "look at: $fly status --app $app --json"
        echo "https://$name"
    fi
}

# What an outsider sees: the root page, the doctor's checks, one call without a handshake.
verify() {
    local base
    base=$(host)
    step "root page of $base"
    if [[ -n $dry ]]; then
        run curl --fail --silent --show-error --max-time 30 "$base/"
    else
        curl --fail --silent --show-error --max-time 30 -H 'Accept: application/json' "$base/" | json 'it["name"]' >/dev/null ||
            stop "$base/ doesn't answer with the server's information" "look at: $fly logs --app $app --no-tail"
    fi
    step "doctor"
    local command=("$doctor" doctor --url "$base")
    [[ -z $api ]] || command+=(--api-url "$api")
    [[ -z $token ]] || command+=(--token-file "$token")
    # The doctor prints its own line with what to do.
    run "${command[@]}" || { echo "deploy: the doctor found a fault" >&2; exit 1; }
    step "a call without a handshake"
    local call='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"health_check","arguments":{}}}'
    if [[ -n $dry ]]; then
        run curl --fail --silent --show-error --max-time 30 -X POST -H 'Content-Type: application/json' -d "$call" "$base/sse"
    else
        curl --fail --silent --show-error --max-time 30 -X POST -H 'Content-Type: application/json' -d "$call" "$base/sse" |
            json '{}[1] if it["result"].get("isError") else "ok"' >/dev/null ||
            stop "POST $base/sse: health_check gave no result" "look at: $doctor doctor --url $base"
    fi
}

if [[ -n $back ]]; then
    step "the image of $back"
    if [[ -n $dry ]]; then
        run "$fly" releases --image --json --app "$app"
        image=registry.fly.io/$app:$back
    else
        releases=$("$fly" releases --image --json --app "$app")
        found=$(WANTED=$back json 'next((r["ImageRef"] + " " + str(r["CreatedAt"]) for r in it if r["ImageRef"].split("@")[0].endswith(":" + __import__("os").environ["WANTED"])), "")' <<<"$releases")
        [[ -n $found ]] || stop "no release of $app has an image labelled $back" "choose one of: $fly releases --image --app $app"
        image=${found%% *} since=${found#* }
    fi
    deploy --image "$image"
    step "what a rollback doesn't take back"
    if [[ -n $dry ]]; then
        run "$fly" secrets list --json --app "$app"
    else
        # Times of the platform are RFC 3339 in UTC, so they compare as texts.
        changed=$("$fly" secrets list --json --app "$app" |
            SINCE=$since json '", ".join(sorted(s.get("name") or s["Name"] for s in it if (s.get("created_at") or s["CreatedAt"]) > __import__("os").environ["SINCE"]))')
        echo "secrets changed since $back: ${changed:-none}"
    fi
    if git rev-parse --quiet --verify "$back^{commit}" >/dev/null 2>&1; then
        echo "lines of $config changed since $back:"
        git diff --no-color --unified=0 "$back" -- "$config" | grep -E '^[-+][^-+]' || echo "none"
    else
        echo "configuration: git knows no $back, so $config can't be compared with what it was"
    fi
    verify
    exit 0
fi

if [[ -n $api ]]; then
    step "the API answers"
    run curl --fail --silent --show-error --max-time 10 --output /dev/null "$api/health" ||
        stop "$api/health doesn't answer with 200" "deploy the API first, or correct --api-url; $doctor doctor --api-url $api tells DNS, TCP, TLS and HTTP apart"
fi

step "app $app"
if [[ -n $dry ]] || ! state=$("$fly" status --app "$app" --json 2>/dev/null); then
    command=("$fly" apps create "$app")
    [[ -z $org ]] || command+=(--org "$org")
    run "${command[@]}" || stop "the app can't be created" "names are shared by all users of the platform: choose another with --app, or log in: $fly auth login"
elif [[ -n $volume ]]; then
    count=$(json 'len(it.get("Machines") or [])' <<<"$state")
    [[ $count -le 1 ]] || stop "$app has $count machines, so $count databases" "$fly scale count 1 --app $app, after you have moved what the others hold"
fi

if [[ -n $secrets ]]; then
    step "secrets"
    if [[ -n $dry ]]; then
        echo "$fly secrets import --stage --app $app <$secrets"
    else
        # From a file: on a command line others could read them.
        "$fly" secrets import --stage --app "$app" <"$secrets" || stop "the secrets were not taken" "each line of $secrets is NAME=VALUE"
    fi
fi

step "deploy $label"
if [[ -n $image ]]; then
    deploy --image "$image"
else
    deploy --image-label "$label" --build-arg "VERSION=$label" --build-arg "REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown)"
fi

if ! grep -q 'build-target = "full"' "$config"; then
    step "its log"
    if [[ -n $dry ]]; then
        run "$fly" logs --app "$app" --no-tail
    else
        log=$("$fly" logs --app "$app" --no-tail)
        for text in "ToolBridge MCP server initialized with 40 tools" "Listening on http://0.0.0.0:8001"; do
            grep -qF "$text" <<<"$log" || stop "the log lacks: $text" "look at: $fly logs --app $app, where the last error line says what to set"
        done
    fi
fi
verify
[[ -n $dry ]] || echo "$app runs $label at $(host)"

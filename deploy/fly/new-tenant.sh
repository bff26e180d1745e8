#!/usr/bin/env bash
# Makes and deploys the MCP server of one tenant, an app of its own, and runs the doctor on it. Run twice, it changes nothing.
#
#   deploy/fly/new-tenant.sh TENANT --api-url URL [options] <SECRETS
#
# SECRETS are NAME=VALUE lines. The app gets keys that are good for this tenant alone:
#   echo "TOOLBRIDGE_TENANT_HEADER_KEYS=$(toolbridge token tenant-key TENANT)"
#
#   --region CODE       near the API, or where the data must be (ord)
#   --env NAME          what ENV says (production)
#   --label VERSION, --image REF, --url URL, --token-file FILE, --org NAME      as for deploy.sh
#   --allow-v1          takes the shared secret of version 1 though there are other tenants' apps: each could sign for all
#   --dry-run           prints the commands and runs none
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
fly=${FLY:-fly}
region=ord environment=production version_1='' dry='' url=''
more=()

usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; }
stop() {
    echo "new-tenant: $1" >&2
    echo "fix: $2" >&2
    exit 1
}
json() { python3 -c 'import json, os, sys; it = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"; }

tenant=${1:-}
[[ -n $tenant && $tenant != -* ]] || { usage >&2; exit 2; }
shift
while [[ $# -gt 0 ]]; do
    case $1 in
        --allow-v1) version_1=1 && shift && continue ;;
        --dry-run) dry=1 && shift && continue ;;
    esac
    [[ $# -ge 2 ]] || { usage >&2; exit 2; }
    case $1 in
        --region) region=$2 ;;
        --env) environment=$2 ;;
        --label) label=$2 && more+=("$1" "$2") ;;
        --url) url=$2 && more+=("$1" "$2") ;;
        --api-url | --image | --token-file | --org) more+=("$1" "$2") ;;
        *) echo "new-tenant: no such option: $1" >&2 && usage >&2 && exit 2 ;;
    esac
    shift 2
done
# As everywhere: an id of a tenant is an opaque name of these characters, none of which means anything to sed or TOML.
[[ $tenant =~ ^[A-Za-z0-9._:-]{1,128}$ ]] || stop "'$tenant' can't be a tenant" "1 to 128 of A-Z a-z 0-9 . _ : -"
[[ $region =~ ^[a-z]{3}$ && $environment =~ ^[a-z0-9-]+$ ]] || stop "a region has three letters, an environment small ones" "correct --region or --env"
: "${label:=$(git -C "$here" describe --always --dirty 2>/dev/null || echo unlabelled)}"

prefix=toolbridge-mcp-
slug=$(tr '[:upper:]' '[:lower:]' <<<"$tenant" | sed -E 's/[^a-z0-9]/-/g')
app=$prefix$slug
app=${app:0:63}
while [[ $app == *- ]]; do app=${app%-}; done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 700 "$folder"
cat >"$folder/secrets"
config=$folder/$app.toml
render=(sed -e "s|@APP@|$app|; s|@TENANT@|$tenant|; s|@REGION@|$region|; s|@ENV@|$environment|; s|@ROOT@|$(dirname "$(dirname "$here")")|" "$here/tenant.toml.tmpl")
"${render[@]}" >"$config"

keys=$(sed -n 's/^TOOLBRIDGE_TENANT_HEADER_KEYS=//p' "$folder/secrets")
IFS=, read -r -a entries <<<"$keys"
for key in "${entries[@]}"; do
    [[ $key =~ ^[[:space:]]*[A-Za-z0-9._-]+:"$tenant":[^:]+$ ]] ||
        stop "a key of TOOLBRIDGE_TENANT_HEADER_KEYS is not $tenant's own: with it the app could sign for others" "take what toolbridge token tenant-key $tenant prints"
done

if [[ -z $dry ]]; then
    others=$("$fly" apps list --json | OWN=$app PREFIX=$prefix json '" ".join(a["Name"] for a in it if a["Name"].startswith(os.environ["PREFIX"]) and a["Name"] not in (os.environ["OWN"], os.environ["PREFIX"] + "staging"))')
    if grep -q '^TOOLBRIDGE_TENANT_HEADER_SECRET=' "$folder/secrets" && [[ -n $others && -z $version_1 ]]; then
        stop "the secret of version 1 is shared, and there are other tenants' apps: $others" "give the app TOOLBRIDGE_TENANT_HEADER_KEYS, made by toolbridge token tenant-key, or say --allow-v1"
    fi
    is_there=''
    if shown=$("$fly" config show --app "$app" 2>/dev/null); then
        owner=$(json '(it.get("env") or {}).get("TOOLBRIDGE_TENANT_ID", "")' <<<"$shown")
        [[ -z $owner || $owner == "$tenant" ]] || stop "$app is the app of tenant $owner: both names make the same" "deploy $tenant by deploy.sh, under a name that you choose"
        [[ -z $owner ]] || is_there=1
    fi
    if [[ -n $is_there ]]; then
        digests() { "$fly" secrets list --json --app "$app" | json 'sorted((s.get("name") or s["Name"], s.get("digest") or s["Digest"]) for s in it)'; }
        before=$(digests)
        "$fly" secrets import --stage --app "$app" <"$folder/secrets"
        running=$("$fly" releases --image --json --app "$app" | json 'it[0]["ImageRef"].split("@")[0] if it else ""')
        same=$(CONFIG=$config json 'all(it.get(k) == v for k, v in __import__("tomllib").load(open(os.environ["CONFIG"], "rb")).items() if k in ("env", "primary_region", "kill_timeout"))' <<<"$shown")
        if [[ $before == "$(digests)" && $running == *":$label" && $same == True ]]; then
            echo "$app is as it should be"
            host=${url:-https://$("$fly" status --app "$app" --json | json 'it["Hostname"]')}
            exec "${TOOLBRIDGE:-toolbridge}" doctor --url "$host"
        fi
    fi
    "$here/deploy.sh" --app "$app" --config "$config" --secrets "$folder/secrets" "${more[@]}"
else
    printf '%q ' "${render[@]}"
    echo ">$app.toml"
    "$here/deploy.sh" --app "$app" --config "$config" --secrets "$folder/secrets" --dry-run "${more[@]}" | sed -e "s|$config|$app.toml|; s|$folder/secrets|SECRETS|"
fi

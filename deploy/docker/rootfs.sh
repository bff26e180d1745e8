#!/usr/bin/env bash
# Assembles the files of an image: deploy/docker/rootfs.sh mcp|full PROGRAM FOLDER
# The Dockerfile calls it, and so do the checks, which then need no container engine. PROGRAM is what Scripts/release.sh builds, with the Swift runtime inside.
# As root the two writable folders get their owner; otherwise whoever packs the tree has to do that.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[[ $# -eq 3 && -f $here/libraries-${1:-}.txt && -x $2 ]] || { sed -n 2p "$0" >&2; exit 2; }
kind=$1 program=$2 root=$3
owner=65532
product=toolbridge
[[ $kind == full ]] || product=toolbridge-mcp
licences=${LICENCES:-$here/../../.build-release/licences/$product}

[[ ! -e $root ]] || { echo "rootfs: there is a $root already" >&2; exit 2; }
umask 022
mkdir -p "$root"/{etc/ssl/certs,licenses}

strip -o "$root/toolbridge" "$program"
chmod 755 "$root/toolbridge"

# The libraries that the loader would take here: the program was linked with these, so none can be too old.
# Each lies where the loader looks first: libc's own folder, whatever the folder was here (a merged /usr has two names for it).
declare -A paths
while read -r path; do
    name=${path##*/}
    [[ $name != ld-linux* ]] || name=ld-linux
    paths[$name]=$path
done < <(ldd "$program" | sed -nE 's@^\s*(.* => )?(/[^ ]+) \(0x[0-9a-f]+\)$@\2@p')
wanted=$(grep -v '^#' "$here/libraries-$kind.txt")
found=$(printf '%s\n' "${!paths[@]}" | LC_ALL=C sort)
if [[ $found != "$wanted" ]]; then
    echo "rootfs: $program is linked with other libraries than libraries-$kind.txt says:" >&2
    diff <(echo "$wanted") <(echo "$found") >&2 || true
    exit 1
fi
folder=$(dirname "${paths[libc.so.6]}")
for name in "${!paths[@]}"; do
    case $name in
        ld-linux) target=$root${paths[$name]} ;;
        *) target=$root$folder/$name ;;
    esac
    mkdir -p "$(dirname "$target")"
    cp -L "${paths[$name]}" "$target"
done

cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
echo "toolbridge:x:$owner:$owner:toolbridge:/data:/nonexistent" >"$root/etc/passwd"
echo "toolbridge:x:$owner:" >"$root/etc/group"
echo "hosts: files dns" >"$root/etc/nsswitch.conf"

# Of the packages that Scripts/sbom.py found in the program, of Swift's runtime, and of Debian's libraries.
[[ ! -d $licences ]] || cp -R "$licences/." "$root/licenses/"
for package in libc6 libgcc-s1 libstdc++6 libsqlite3-0 ca-certificates; do
    [[ $package != libsqlite3-0 || -n ${paths[libsqlite3.so.0]:-} ]] || continue
    if [[ -f /usr/share/doc/$package/copyright ]]; then
        mkdir -p "$root/licenses/$package"
        cp -L "/usr/share/doc/$package/copyright" "$root/licenses/$package/"
    fi
done
find "$root" -type d -exec chmod 755 {} +

# The only two places that are written; the rest may be mounted read-only.
mkdir -m 700 "$root/data" "$root/tmp"
if [[ $(id -u) -eq 0 ]]; then
    chown -R 0:0 "$root"
    chown "$owner:$owner" "$root/data" "$root/tmp"
fi

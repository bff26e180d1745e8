# Sourced by the other scripts. Makes sure that this machine has what a step needs: `need libsqlite3-dev strace …` (names of Debian packages).
# What is there already is not touched, so an ordinary user needs no rights where everything is in place.

is_there() {
    case $1 in
        libsqlite3-dev) [[ -f /usr/include/sqlite3.h || $(uname) == Darwin ]] ;;
        zlib1g-dev) compgen -G '/usr/lib/*/libz.a' >/dev/null || [[ $(uname) == Darwin ]] ;;
        python3-venv) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
        nginx) [[ -x /usr/sbin/nginx ]] || command -v nginx >/dev/null ;;
        binutils) command -v strip >/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

need() {
    local package missing=() as_root=()
    for package in "$@"; do is_there "$package" || missing+=("$package"); done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    if [[ $(id -u) -ne 0 ]]; then
        if ! sudo -n true 2>/dev/null; then
            echo "missing: ${missing[*]}. Install them as root (Debian: apt-get install ${missing[*]}) and run this again." >&2
            return 1
        fi
        as_root=(sudo -n)
    fi
    if ! command -v apt-get >/dev/null; then
        echo "missing: ${missing[*]} (names of Debian packages). Install what your system calls them and run this again." >&2
        return 1
    fi
    echo "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

need_swift() {
    command -v swift >/dev/null && return 0
    echo "missing: Swift 6.3 or newer, from https://www.swift.org/install" >&2
    return 1
}

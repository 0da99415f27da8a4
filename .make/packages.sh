#!/bin/bash
# packages.sh run|test: install the Debian packages that are missing; silent when none is.
# No PostgreSQL cluster and no nginx is left running or enabled by it, and a service that was there
# before is not touched: while apt works, a policy refuses to start services, and no cluster is made.
# MINYI_ROOT: the file system's root, for tests.
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
want=${1:-run}
root=${MINYI_ROOT:-}

status_of() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true; }

is_installed() {
    # node and npm may have come from elsewhere
    case $1 in
    npm) command -v npm >/dev/null && return 0 ;;
    nodejs) command -v node >/dev/null && return 0 ;;
    esac
    [ "$(status_of "$1")" = installed ]
}

missing=()
while read -r kind name; do
    case $kind in run) ;; test) [ "$want" = test ] || continue ;; *) continue ;; esac
    is_installed "$name" || missing+=("$name")
done <"$here/packages.txt"
[ ${#missing[@]} -gt 0 ] || exit 0

echo "installing Debian packages: ${missing[*]}" >&2
as_root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "there is no sudo here: as root, run: apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi

policy=$root/usr/sbin/policy-rc.d
no_cluster=$root/etc/postgresql-common/createcluster.d/minyi.conf
had_nginx=$(status_of nginx)
made_policy=
undo() {
    [ -z "$made_policy" ] || "${as_root[@]}" rm -f "$policy"
    "${as_root[@]}" rm -f "$no_cluster"
}
trap undo EXIT
trap 'exit 130' INT TERM HUP
if [ ! -e "$policy" ]; then
    made_policy=1
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
fi
"${as_root[@]}" mkdir -p "$(dirname "$no_cluster")"
echo "create_main_cluster = false" | "${as_root[@]}" tee "$no_cluster" >/dev/null

apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >/dev/null; }
apt update || echo "apt-get update failed: going on with the lists that are there" >&2
apt install -y --no-install-recommends "${missing[@]}" || {
    echo "apt-get could not install them; see why: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
}
# ours is started by its own configuration; the one that just came would take port 80 at the next boot
if [ "$had_nginx" != installed ] && command -v systemctl >/dev/null; then
    "${as_root[@]}" systemctl disable --now nginx.service >/dev/null 2>&1 || true
fi

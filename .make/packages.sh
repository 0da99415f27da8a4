#!/bin/bash
# packages.sh run|test: install the Debian packages that are missing; silent when none is.
# No PostgreSQL cluster and no nginx is left running by it, and a service that was there before is
# not touched: while apt works, a policy refuses to start services, and no cluster is made.
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
want=${1:-run}

is_installed() {
    # npm and nodejs may have come from elsewhere
    case $1 in
    npm) command -v npm >/dev/null && return 0 ;;
    nodejs) command -v node >/dev/null && return 0 ;;
    esac
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
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
        echo "these packages are missing and there is no sudo; as root, run: apt-get install ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi

policy=/usr/sbin/policy-rc.d
had_nginx=$(dpkg-query -W -f '${db:Status-Status}' nginx 2>/dev/null || true)
cluster_conf=/etc/postgresql-common/createcluster.d/minyi.conf
undo() {
    [ -z "${made_policy:-}" ] || "${as_root[@]}" rm -f "$policy"
    "${as_root[@]}" rm -f "$cluster_conf"
}
trap undo EXIT
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    made_policy=1
fi
"${as_root[@]}" mkdir -p "$(dirname "$cluster_conf")"
echo "create_main_cluster = false" | "${as_root[@]}" tee "$cluster_conf" >/dev/null

"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null || {
    echo "apt-get could not install them; try: apt-get install ${missing[*]}" >&2
    exit 1
}
if [ "$had_nginx" != installed ] && [ -d /run/systemd/system ]; then
    "${as_root[@]}" systemctl disable nginx >/dev/null 2>&1 || true # ours runs by itself, this one never did
fi

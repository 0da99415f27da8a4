#!/bin/bash
# packages.sh, with apt, dpkg and systemctl played by others and a root of its own.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../lib/check.sh
. "$ROOT/tests/lib/check.sh"
new_folder
D=$FOLDER
mkdir -p "$D/bin" "$D/root/usr/sbin"
export MINYI_ROOT=$D/root LOG=$D/log MISSING=
export PATH=$D/bin:$PATH
POLICY=$D/root/usr/sbin/policy-rc.d
CONF=$D/root/etc/postgresql-common/createcluster.d/minyi.conf

cat >"$D/bin/dpkg-query" <<'SH'
#!/bin/sh
for last; do :; done
case " $MISSING " in *" $last "*) exit 1 ;; esac
printf installed
SH
cat >"$D/bin/apt-get" <<'SH'
#!/bin/sh
echo "apt-get $*" >>"$LOG"
policy=$MINYI_ROOT/usr/sbin/policy-rc.d
if [ -x "$policy" ]; then "$policy" nginx start; echo "policy $?" >>"$LOG"; else echo "no policy" >>"$LOG"; fi
cat "$MINYI_ROOT"/etc/postgresql-common/createcluster.d/*.conf >>"$LOG"
case $* in *install*) exit "${APT_EXIT:-0}" ;; esac
SH
cat >"$D/bin/systemctl" <<'SH'
#!/bin/sh
echo "systemctl $*" >>"$LOG"
SH
cat >"$D/bin/sudo" <<'SH'
#!/bin/sh
echo "sudo" >>"$LOG"
exec "$@"
SH
chmod +x "$D"/bin/*
packages() { : >"$LOG"; "$ROOT/.make/packages.sh" "$@" >"$D/out" 2>&1; }

packages test
same "nothing missing: nothing is done" "0 0" "$? $(wc -l <"$LOG")"
same "nor said" "" "$(cat "$D/out")"

MISSING="nginx curl" packages run
same "what is missing is installed" 0 $?
check "and named" grep -qx "installing Debian packages: nginx curl" "$D/out"
check "without recommended ones" grep -qx "apt-get -q install -y --no-install-recommends nginx curl" "$LOG"
check "while services may not start" grep -qx "policy 101" "$LOG"
check "and no cluster is made" grep -qx "create_main_cluster = false" "$LOG"
check "a new nginx does not start at the next boot" grep -qx "systemctl disable --now nginx.service" "$LOG"
check "the policy is gone afterwards" test ! -e "$POLICY"
check "the other setting too" test ! -e "$CONF"
if [ "$(id -u)" = 0 ]; then
    check "root needs no sudo" bash -c "! grep -q '^sudo' '$LOG'"
else
    check "not root: by sudo" grep -q '^sudo' "$LOG"
fi

MISSING="curl" packages run
check "an nginx that was there is not touched" bash -c "! grep -q systemctl '$LOG'"
MISSING="curl" APT_EXIT=100 packages run
same "a failure of apt is one" 1 $?
check "it says what to try" grep -q "see why: apt-get install" "$D/out"
check "the policy is gone even so" test ! -e "$POLICY"
check "the other setting too, even so" test ! -e "$CONF"
printf '#!/bin/sh\nexit 42\n' >"$POLICY"
chmod +x "$POLICY"
MISSING="curl" packages run
check "a policy that was there is obeyed" grep -qx "policy 42" "$LOG"
check "and stays" test -x "$POLICY"
MISSING="chromium" packages run
same "run does not need what test needs" 0 "$(wc -l <"$LOG")"
MISSING="chromium" packages test
check "test does" grep -q "chromium" "$LOG"
checks_done

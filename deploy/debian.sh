#!/bin/sh
# Makes sure that Debian packages are installed: as root by itself, otherwise by saying what to type.
set -eu
missing=""
for package in "$@"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
fail() {
  echo "$1" >&2
  exit 1
}
install="apt-get install --no-install-recommends$missing"
command -v apt-get >/dev/null || fail "Needed and not installed:$missing (Debian's names; there is no apt-get here: install them your system's way)"
[ "$(id -u)" = 0 ] || fail "Needed and not installed:$missing. As root:  apt-get update && $install"
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# A machine that has just started may be updating itself, so wait for the lock.
# shellcheck disable=SC2086
apt-get update -qq &&
  apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 $missing >/dev/null ||
  fail "Could not install$missing: apt-get said why above. Once it can:  apt-get update && $install"

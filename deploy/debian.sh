#!/bin/sh
# Makes sure that Debian packages are installed: as root by itself, otherwise by saying what to type.
set -eu
missing=""
for package in "$@"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
  echo "Needed and not installed:$missing"
  echo "Install with:  sudo apt-get install --no-install-recommends$missing"
  exit 1
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "Needed and not installed:$missing (no apt-get here: install them your system's way)"
  exit 1
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null

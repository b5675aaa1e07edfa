#!/bin/sh
# Install the system packages that the tests need, where we may; say what is missing where we may not.
set -eu

missing=
need() { # command package
    command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || missing="$missing $2"
}
need_file() { # path package
    [ -e "$1" ] || missing="$missing $2"
}
need chromium chromium
[ -n "$(find /usr/share/fonts -name 'NotoSansCJK*' -print -quit 2>/dev/null)" ] || missing="$missing fonts-noto-cjk"
# real PC/SC: the daemon, the virtual reader driver, independent clients
need pcscd pcscd
need_file /usr/lib/pcsc/drivers/serial/libifdvpcd.so vsmartcard-vpcd
need pcsc_scan pcsc-tools
need opensc-tool opensc
# an independent card for the conformance suite, and what its library imports
need vicc vsmartcard-vpicc
need_file /usr/lib/python3/dist-packages/Cryptodome python3-pycryptodome
# the served settlement network: its tests start a cluster of their own; the package's own one is not used
[ -n "$(command -v initdb || find /usr/lib/postgresql -name initdb -print -quit 2>/dev/null)" ] || missing="$missing postgresql"
# what pyscard is built with
need gcc gcc
need swig swig
need_file /usr/include/PCSC/winscard.h libpcsclite-dev
headers=$("${PYTHON:-python3}" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
need_file "$headers/Python.h" python3-dev
need_file /usr/include/stdio.h libc6-dev
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root=sudo
else
    echo "missing system packages:$missing; to get them: sudo apt-get install$missing" >&2
    echo "the tests that need them will fail" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # words are package names
$as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $missing

#!/bin/sh
# Install the system packages that the tests need, where we may; say what is missing where we may not.
set -eu

missing=
command -v chromium >/dev/null || missing="$missing chromium"
[ -n "$(find /usr/share/fonts -name 'NotoSansCJK*' -print -quit 2>/dev/null)" ] || missing="$missing fonts-noto-cjk"
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

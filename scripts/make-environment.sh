#!/bin/sh
# Make a virtual environment with the locked packages and onecard, editable.
# usage: make-environment.sh PYTHON VENV LOCKFILE
set -eu
python=$1 venv=$2 lock=$3

"$python" - <<'CHECK' || { echo "onecard needs Python 3.11 or newer: set PYTHON=/path/to/python3.11" >&2; exit 3; }
import sys
sys.exit(sys.version_info < (3, 11))
CHECK

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    # Debian ships the venv module without ensurepip; its package python3-venv adds it.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv
    else
        echo "Python lacks venv and ensurepip; to get them: sudo apt-get install python3-venv" >&2
        exit 3
    fi
fi

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --require-hashes -r "$lock"
"$venv/bin/python" -m pip install --quiet --require-hashes -r requirements/build.txt
"$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --editable .

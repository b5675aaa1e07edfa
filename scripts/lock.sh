#!/bin/sh
# Resolve the lock files for all supported Python versions and platforms. Needs uv (pip install uv).
set -eu
options="--quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links"
# shellcheck disable=SC2086 # words are options
{
    uv pip compile $options pyproject.toml --output-file requirements/run.txt "$@"
    uv pip compile $options pyproject.toml --group dev --output-file requirements/dev.txt "$@"
    uv pip compile $options --group pcsc --output-file requirements/pcsc.txt "$@"
    printf 'emv\n' | uv pip compile $options - --override requirements/emv-overrides.txt --output-file requirements/emv-reader.txt "$@"
    printf 'setuptools\n' | uv pip compile $options - --constraint requirements/dev.txt --output-file requirements/build.txt "$@"
}

#!/bin/sh
# Makes .venv/ in the repository root with what the scripts of this folder need.
# PyPI's torch for Linux links against the CUDA libraries and does not import without them: about 5 GB on disk, CPU use.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
"${PYTHON:-python3}" -m venv "$root/.venv"
"$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
echo "Ready: $root/.venv/bin/python"

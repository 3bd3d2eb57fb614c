#!/bin/sh
# Installs the Python packages next to the Flask app and compiles all Python files, because the app runs on a read-only
# file system. This script runs during the image build or before it.
set -eu
python=${PYTHON:-python3}
"$python" -m pip install --disable-pip-version-check --root-user-action ignore --require-hashes --only-binary :all: --no-deps --no-compile \
  --target packages --requirement requirements.txt
# Python must not compare compiled files with the times of their sources, because copying into an image changes the
# times.
"$python" -m compileall -q --invalidation-mode unchecked-hash .

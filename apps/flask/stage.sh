#!/bin/sh
# Installs the packages next to the app and compiles everything, because the app runs on a read-only file system. This
# script runs during the image build or before it.
set -eu
python=${PYTHON:-python3}
"$python" -m pip install --disable-pip-version-check --root-user-action ignore --require-hashes --only-binary :all: --no-deps --no-compile \
  --target packages --requirement requirements.txt
# Python must not check the compiled files against file times, because copying into an image changes those.
"$python" -m compileall -q --invalidation-mode unchecked-hash .

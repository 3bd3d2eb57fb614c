#!/bin/sh
# Puts the packages beside the app and compiles all of it, for nothing can be written where it runs. Done in the image's build, or before it.
set -eu
python=${PYTHON:-python3}
"$python" -m pip install --disable-pip-version-check --root-user-action ignore --require-hashes --only-binary :all: --no-deps --no-compile \
  --target packages --requirement requirements.txt
# Checked by nothing when it is loaded: the times of files change on their way into an image.
"$python" -m compileall -q --invalidation-mode unchecked-hash .

#!/bin/sh
# Starts the Flask app with the slides' command for the instrumentation level in INSTRUMENTATION. Flask's own server is
# enough for one learner. It can listen on one address: in a cluster the pod's, and elsewhere all.
set -eu
serve() {
  app=$1
  shift
  exec "$@" flask --app "$app" run --host "${POD_IP:-0.0.0.0}" --port "${PORT:-8080}"
}
case "${INSTRUMENTATION:-none}" in
  none) serve app ;;
  auto) serve app opentelemetry-instrument ;;
  manual) serve app_manual ;;
  *)
    echo "INSTRUMENTATION is \"$INSTRUMENTATION\": expected one of none, auto, manual" >&2
    exit 1
    ;;
esac

# The deck's app with hand-written spans. The app emits no other spans.
import random

from flask import Flask, request
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.wsgi import collect_request_attributes
from opentelemetry.propagate import extract
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

trace.set_tracer_provider(TracerProvider())
trace.get_tracer_provider().add_span_processor(
    BatchSpanProcessor(OTLPSpanExporter())
)

# Acquire a tracer
tracer = trace.get_tracer(__name__)

app = Flask(__name__)
hits = 0


def served(name):
    """A SERVER span around a request. Its parent is the caller's span, whose context came in the headers."""
    return tracer.start_as_current_span(
        name,
        context=extract(request.headers),
        kind=trace.SpanKind.SERVER,
        attributes=collect_request_attributes(request.environ),
    )


@app.route("/")
def index():
    global hits
    with served("index"):
        with tracer.start_as_current_span("count_hit") as span:
            hits += 1
            span.set_attribute("hits", hits)
        return f"This page has been visited {hits} times."


@app.route("/visit")
def visit():
    global hits
    with served("visit"):
        hits += 1
        trace.get_current_span().add_event("counted", {"hits": hits})
        return f"Thank you for the visit! You are number {hits}."


@app.route("/server_request")
def server_request():
    with served("server_request"):
        print(request.args.get("param"), flush=True)
        return "served"


@app.route("/rolldice")
def roll_dice():
    with served("rolldice"):
        return str(do_roll())


def do_roll():
    with tracer.start_as_current_span("do_roll") as rollspan:
        result = random.randint(1, 6)
        rollspan.set_attribute("roll.value", result)
    return result

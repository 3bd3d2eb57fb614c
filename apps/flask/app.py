# The deck's app in plain Flask, without OpenTelemetry code. opentelemetry-instrument still makes a trace of each request.
import random

from flask import Flask, request

app = Flask(__name__)
hits = 0


@app.route("/")
def index():
    global hits
    hits += 1
    return f"This page has been visited {hits} times."


@app.route("/visit")
def visit():
    global hits
    hits += 1
    return f"Thank you for the visit! You are number {hits}."


@app.route("/server_request")
def server_request():
    print(request.args.get("param"), flush=True)
    return "served"


@app.route("/rolldice")
def roll_dice():
    return str(do_roll())


def do_roll():
    return random.randint(1, 6)

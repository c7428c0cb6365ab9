#!/usr/bin/env python3
"""llama.cpp's own server as a program, made of the Python package xllamacpp: the flags that localai gives it."""

import argparse
import signal
import sys
import threading

import xllamacpp

parser = argparse.ArgumentParser(prog='llama-server')
parser.add_argument('--version', action='store_true')
parser.add_argument('--model')
parser.add_argument('--alias')
parser.add_argument('--host', default='127.0.0.1')
parser.add_argument('--port', type=int, default=8080)
parser.add_argument('--ctx-size', type=int, default=0)
parser.add_argument('--parallel', type=int, default=1)
parser.add_argument('--threads', type=int, default=1)
parser.add_argument('--n-gpu-layers', type=int)
parser.add_argument('--fit')
parser.add_argument('--jinja', action='store_true')
parser.add_argument('--metrics', action='store_true')
parser.add_argument('--offline', action='store_true')
parser.add_argument('--embeddings', action='store_true')
given = parser.parse_args()

if given.version:
    print(f'version: {xllamacpp.__version__} (xllamacpp)', file=sys.stderr)
    sys.exit(0)

params = xllamacpp.CommonParams()
params.model.path = given.model
params.model_alias = [given.alias]
params.hostnames = [given.host]
params.port = given.port
params.n_ctx = given.ctx_size
params.n_parallel = given.parallel
params.cpuparams.n_threads = given.threads
params.cpuparams_batch.n_threads = given.threads
if given.n_gpu_layers is not None:
    params.n_gpu_layers = given.n_gpu_layers
params.use_jinja = given.jinja
params.endpoint_metrics = given.metrics
params.offline = given.offline
params.embedding = given.embeddings

server = xllamacpp.Server(params)
print(f'listening on {server.listening_address}', file=sys.stderr, flush=True)
over = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: over.set())
signal.signal(signal.SIGINT, lambda *_: over.set())
over.wait()

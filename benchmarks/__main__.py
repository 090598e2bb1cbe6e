"""`python -m benchmarks [NAME ...]`: runs all or some benchmarks, one JSON line each."""

import json
import sys

import benchmarks

for name in sys.argv[1:] or benchmarks.names():
    sys.stdout.write(json.dumps({"benchmark": name} | benchmarks.run(name)) + "\n")
    sys.stdout.flush()

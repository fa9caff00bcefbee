"""Validates a JSON file against a JSON Schema of draft 2020-12. Prints each place that is refused; fails if any is."""

import json
import sys

from jsonschema import Draft202012Validator

schema, instance = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:3])
Draft202012Validator.check_schema(schema)
refused = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(instance)]
print("\n".join(refused))
sys.exit(1 if refused else 0)

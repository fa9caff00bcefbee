"""Reads a schedule in Parquet with DuckDB, which shares no code with Hanno, and prints names and types of its columns,
then its rows in their order, as comma separated text."""

import sys

import duckdb

relation = duckdb.read_parquet(sys.argv[1])
print(",".join(f"{name} {kind}" for name, kind in zip(relation.columns, relation.types)))
for row in relation.fetchall():
    print(",".join(str(value) for value in row))

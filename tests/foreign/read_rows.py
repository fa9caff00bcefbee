"""Reads the Parquet files of a record with DuckDB, which shares no code with Hanno, and prints what is in them as
one JSON object. Fails if a segment cannot be read."""

import json
import pathlib
import sys

import duckdb

record = pathlib.Path(sys.argv[1])


def rows(folder: str, query: str) -> list[tuple]:
    files = sorted(str(path) for path in (record / folder).glob("*.parquet"))
    return duckdb.execute(query.replace("ROWS", "read_parquet($files)"), {"files": files}).fetchall()


print(
    json.dumps(
        {
            "arrivals": rows("arrivals", "SELECT count(*) FROM ROWS WHERE last")[0][0],
            "outcomes": dict(rows("arrivals", "SELECT outcome, count(*) FROM ROWS WHERE last GROUP BY outcome")),
            "steps": dict(rows("arrivals", "SELECT step, count(*) FROM ROWS WHERE outcome = 'completed' GROUP BY step")),
            "columns": dict(rows("arrivals", "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ROWS)")),
            "response_ns": [
                row[0]
                for row in rows(
                    "arrivals", "SELECT done_ns - due_ns AS t FROM ROWS WHERE outcome = 'completed' ORDER BY t"
                )
            ],
            "seconds": rows("resources", "SELECT second, released, ended FROM ROWS ORDER BY second"),
        }
    )
)

"""Writes timestamps as Parquet with DuckDB, as other tools would: whole numbers, timestamps of their own unit, texts,
and one row without a time."""

import sys

import duckdb

duckdb.execute(
    """
    COPY (
        SELECT
            1563321600000000000 + 250000000 * i AS time_ns,
            make_timestamp(1563321600000000 + 250000 * i) AS moment,
            CAST(i AS INTEGER) AS second,
            CASE WHEN i = 2 THEN NULL ELSE i END AS hole,
            i - 1 AS below,
            'x' || i AS word
        FROM range(4) t(i)
    ) TO $path (FORMAT parquet)
    """,
    {"path": sys.argv[1]},
)

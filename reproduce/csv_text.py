"""Rows as the text of a CSV file."""

import csv
import io
from collections.abc import Mapping, Sequence


def csv_text(rows: Sequence[Mapping[str, object]]) -> str:
    """A line of titles, those of the first row, and a line for each row.

    >>> csv_text([{"net": "a", "IU": "65.5"}, {"net": "b, c", "IU": "8.0"}])
    'net,IU\\na,65.5\\n"b, c",8.0\\n'
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()

"""Rows of tables as a widget on data takes them: plain numbers and texts that JSON can hold."""

from typing import Any

import pandas as pd


def records(frame: pd.DataFrame, *columns: str) -> list[dict[str, Any]]:
    """Return rows as dicts of the named columns: floats, texts, and None where nothing stands."""
    return [
        {name: _plain(value) for name, value in zip(columns, row, strict=True)}
        for row in frame[list(columns)].itertuples(index=False)
    ]


def _plain(value: Any) -> float | str | None:
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124  NaN is not itself
        return None
    return float(value) if isinstance(value, int | float) else str(value)

"""What a picture of a run or a table shows: rows for chart and table, and the same in words.

Each file is portable like a model file, so that the page draws with the very code that the build
drew with: plain Python, importing model files and nothing else. It has a ``NAME`` and
``PARAMETERS``, those of its model or its own. ``show(settings)``, or ``show(settings, tables)`` for
a show of tables, takes a value for every parameter and rows by table, and returns

- ``data``: rows (dicts of numbers and texts) for each named data set of the chart,
- ``sentence``: the run in one or two plain sentences,
- ``columns`` and ``rows``: the run as a table of numbers and texts.

Numbers in words go through :func:`casekit.models._portable.fixed`, so that a sentence is the same
on every engine.
"""

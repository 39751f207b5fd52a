"""What a picture of a run shows: rows for chart and table, and the run in words.

Each file is portable like a model file, so that the page draws with the very code that the build
drew with: plain Python, importing model files and nothing else. ``show(settings)`` takes a value
for every parameter and returns

- ``data``: rows (dicts of numbers and texts) for each named data set of the chart,
- ``sentence``: the run in one or two plain sentences,
- ``columns`` and ``rows``: the run as a table.
"""

"""Cases of values: numbers, text, containers, dates, arrays, tables."""

from corpus_parts import case, locked, pair, plain, right, test

VALUES = [
    # Numbers of all kinds, compared to the last bit.
    case(
        "numbers",
        [
            locked(
                "imports",
                """
                import math
                from decimal import Decimal
                from fractions import Fraction

                import numpy as np
                """,
            ),
            *pair(
                "big",
                1,
                "big = 2 ** 100",
                "assert big == 1267650600228229401496703205376\nassert type(big) is int",
            ),
            *pair(
                "tenth",
                1,
                "tenth = 0.1 + 0.2",
                "assert tenth == 0.30000000000000004\nassert tenth.hex() == '0x1.3333333333334p-2'",
            ),
            *pair(
                "special",
                2,
                "special = [float('nan'), float('inf'), -float('inf'), -0.0, 5e-324]",
                """
                assert math.isnan(special[0]) and special[0] != special[0]
                assert special[1] == math.inf and special[2] < 0
                assert math.copysign(1, special[3]) == -1
                assert 0 < special[4] < 1e-300
                """,
            ),
            *pair(
                "roots",
                1,
                "roots = (-1 + 2j, complex(-1, -2))",
                "assert roots[0] * roots[1] == 5\nassert roots[0].conjugate() == roots[1]",
            ),
            *pair(
                "price",
                1,
                "price = Decimal('19.90') * 3",
                "assert price == Decimal('59.70')\nassert str(price) == '59.70'",
            ),
            *pair(
                "third",
                1,
                "third = Fraction(2, 6)",
                "assert third == Fraction(1, 3)\nassert third.denominator == 3",
            ),
            *pair("is-even", 1, "is_even = 4 % 2 == 0", "assert is_even is True"),
            *pair(
                "scalars",
                2,
                """
                scalars = [np.float32(0.1), np.int8(7), np.bool_(True)]
                scalars += [np.float64(0.1), np.uint64(2 ** 64 - 1)]
                """,
                """
                kinds = [type(x).__name__ for x in scalars]
                assert kinds == ["float32", "int8", "bool", "float64", "uint64"]
                assert float(scalars[0]) != 0.1 and scalars[0] == np.float32(0.1)
                assert isinstance(scalars[3], float) and not isinstance(scalars[1], int)
                assert int(scalars[4]) == 18446744073709551615
                """,
            ),
        ],
        right("ada"),
        right(
            "ben",
            answers={
                "big": "big = 2.0 ** 100",
                "tenth": "tenth = 0.3",
                "special": "special = [float('nan'), math.inf, -math.inf, 0.0, 5e-324]",
                "roots": "import numpy as np\nroots = np.roots([1, 2, 5])",
                "price": "price = 19.90 * 3",
                "third": "third = 1 / 3",
                "is-even": "is_even = np.bool_(True)",
                "scalars": "scalars = [0.1, 7, True, 0.1, 2 ** 64 - 1]",
            },
            earns=None,
        ),
    ),
    # Text and bytes, in many alphabets.
    case(
        "text-and-bytes",
        [
            *pair(
                "greeting",
                1,
                'greeting = "Grüß Gott, 世界! 👋🏽"',
                """
                assert greeting.startswith("Grüß")
                assert len(greeting) == 17
                assert greeting.encode()[-4:] == b"\\xf0\\x9f\\x8f\\xbd"
                """,
            ),
            *pair(
                "lines",
                1,
                'lines = "one\\ttab\\ntwo\\\\n\\x00end"',
                "assert lines.split('\\n') == ['one\\ttab', 'two\\\\n\\0end']",
            ),
            *pair(
                "raw",
                1,
                "raw = bytes([0, 255, 10]) + 'é'.encode('latin-1')",
                "assert raw == b'\\x00\\xff\\n\\xe9'\nassert isinstance(raw, bytes)",
            ),
            *pair(
                "buffer",
                1,
                "buffer = bytearray(b'abc')",
                "buffer[0] = 65\nassert buffer == b'Abc' and memoryview(buffer)[2] == 99",
            ),
            *pair(
                "street",
                1,
                """
                def größe(text, /):
                    ### BEGIN SOLUTION
                    return f"{text!r:>8}|{len(text):03d}|{text.upper()}"
                    ### END SOLUTION
                """,
                "assert größe('straße') == \"'straße'|006|STRASSE\"",
            ),
            *pair("lone", 1, "lone = '\\ud800'", "assert ord(lone) == 0xD800 and len(lone) == 1"),
        ],
        right("ada"),
        right(
            "ben",
            answers={
                "greeting": 'greeting = "Gruss Gott"',
                "raw": "raw = '\\x00ÿ\\né'",
                "buffer": "buffer = b'abc'",
            },
            earns=None,
        ),
    ),
    # Containers within containers, and which parts of them are the same object.
    case(
        "containers",
        [
            *pair(
                "route",
                1,
                "route = [('A', 'B', 4), ('B', 'C', 3)]",
                "assert route == [('A', 'B', 4), ('B', 'C', 3)]",
            ),
            *pair(
                "distances",
                1,
                "distances = {('A', 'B'): 4, frozenset('BC'): 3, None: {}, 1.0: [True]}",
                """
                assert distances["A", "B"] == 4
                assert distances[frozenset("CB")] == 3
                assert list(distances) == [("A", "B"), frozenset({"B", "C"}), None, 1]
                """,
            ),
            *pair(
                "letters",
                1,
                "letters = set('banana')",
                "assert letters == {'a', 'b', 'n'}\nassert type(letters) is set\nletters.add('z')",
            ),
            test("letters-kept", 1, "assert 'z' in letters"),
            *pair(
                "odd",
                1,
                "odd = range(1, 10, 2)",
                "assert odd == range(1, 10, 2) and odd[-1] == 9\nassert not isinstance(odd, list)",
            ),
            *pair(
                "middle",
                1,
                "middle = slice(1, -1), ...",
                "assert 'abcd'[middle[0]] == 'bc'\nassert middle[1] is Ellipsis",
            ),
            *pair(
                "nothing",
                1,
                "nothing = [None, (), {}, '', b'', set()]",
                "assert not any(nothing)\nassert nothing[0] is None and type(nothing[-1]) is set",
            ),
            *pair(
                "grid",
                2,
                "grid = [[0] * 3 for _ in range(2)]",
                "grid[0][0] = 1\nassert grid == [[1, 0, 0], [0, 0, 0]]",
            ),
            *pair(
                "copies",
                2,
                "first = [1, 2]\nsecond = first\nthird = list(first)",
                """
                first.append(3)
                assert second == [1, 2, 3] and second is first
                assert third == [1, 2]
                """,
            ),
            *pair(
                "loop",
                1,
                "loop = [1]\nloop.append(loop)",
                "assert loop[1] is loop and loop[1][1][0] == 1",
            ),
            *pair(
                "counted",
                1,
                """
                from collections import Counter, OrderedDict, defaultdict, deque, namedtuple

                Item = namedtuple("Item", "name units", defaults=[1])
                counted = [Counter("banana"), defaultdict(list, a=[1])]
                counted += [deque([1, 2], maxlen=2), Item("tea")]
                """,
                """
                assert counted[0].most_common(1) == [("a", 3)]
                assert counted[1]["new"] == [] and "new" in counted[1]
                counted[2].append(3)
                assert list(counted[2]) == [2, 3]
                assert counted[3].units == 1 and counted[3] == ("tea", 1)
                """,
            ),
        ],
        right("ada"),
        right(
            "ben",
            answers={
                "route": "route = [['A', 'B', 4], ['B', 'C', 3]]",
                "distances": "distances = {'A': {'B': 4}}",
                "letters": "letters = list('banana')",
                "odd": "odd = list(range(1, 10, 2))",
                "grid": "grid = [[0] * 3] * 2",
                "copies": "first = [1, 2]\nsecond = first[:]\nthird = first[:]",
                "nothing": "nothing = [None]",
            },
            earns=None,
        ),
    ),
    # Dates and times of the standard library and of pandas.
    case(
        "dates",
        [
            plain(
                """
                from datetime import date, datetime, time, timedelta, timezone
                import pandas as pd
                """
            ),
            *pair(
                "leap",
                1,
                "leap = date(2024, 2, 29)",
                """
                assert leap == date(2024, 2, 29) and leap.isoformat() == '2024-02-29'
                assert not isinstance(leap, datetime)
                """,
            ),
            *pair(
                "start",
                1,
                "start = datetime(2026, 3, 1, 12, 30, 0, 5, tzinfo=timezone(timedelta(hours=1)))",
                """
                assert start.utcoffset() == timedelta(hours=1)
                assert start == datetime(2026, 3, 1, 11, 30, 0, 5, timezone.utc)
                """,
            ),
            *pair(
                "length",
                1,
                "length = datetime(2026, 1, 2) - datetime(2026, 1, 1, 1)",
                "assert length == timedelta(hours=23) and length.total_seconds() == 82800",
            ),
            *pair("noon", 1, "noon = time(12)", "assert str(noon) == '12:00:00'"),
            *pair(
                "stamp",
                2,
                """
                stamp = pd.Timestamp("2026-03-29 01:30", tz="Europe/Berlin")
                stamp += pd.Timedelta(hours=1)
                """,
                """
                assert stamp.hour == 3 and str(stamp.tz) == 'Europe/Berlin'
                assert isinstance(stamp, datetime)
                """,
            ),
            *pair(
                "missing", 1, "missing = pd.NaT", "assert missing is pd.NaT and pd.isna(missing)"
            ),
            *pair(
                "quarter",
                1,
                "quarter = pd.Period('2026Q1')",
                "assert quarter + 1 == pd.Period('2026Q2')\nassert quarter.end_time.day == 31",
            ),
        ],
        right("ada"),
        right(
            "ben",
            answers={
                "leap": "leap = datetime(2024, 2, 29)",
                "start": "start = datetime(2026, 3, 1, 12, 30)",
                "length": "length = 82800",
                "missing": "missing = None",
                "stamp": "stamp = '2026-03-29 03:30'",
            },
            earns=None,
        ),
    ),
    # Arrays of several kinds, with exact and approximate comparison.
    case(
        "arrays",
        [
            locked(
                "imports",
                "import numpy as np\nfrom numpy.testing import assert_allclose, assert_array_equal",
            ),
            *pair(
                "grid",
                2,
                "grid = np.linspace(0, 1, 12).reshape(3, 4)",
                """
                assert grid.shape == (3, 4) and grid.dtype == np.float64
                assert_allclose(grid[-1, -1], 1)
                assert_allclose(grid.sum(axis=0), [12 / 11, 15 / 11, 18 / 11, 21 / 11])
                assert isinstance(grid, np.ndarray)
                """,
            ),
            *pair(
                "counts",
                1,
                "counts = np.array([1, 2, 3], dtype='int16')",
                """
                assert counts.dtype == 'int16' and counts.itemsize == 2
                assert_array_equal(counts, [1, 2, 3])
                """,
            ),
            *pair(
                "empty",
                1,
                "empty = np.empty((0, 3))",
                "assert empty.shape == (0, 3) and empty.size == 0",
            ),
            *pair(
                "single",
                1,
                "single = np.array(5)",
                "assert single.ndim == 0 and single.item() == 5 and single == 5",
            ),
            *pair(
                "mask",
                1,
                "mask = np.arange(5) % 2 == 0",
                """
                assert mask.dtype == bool and mask.sum() == 3
                assert np.arange(5)[mask].tolist() == [0, 2, 4]
                """,
            ),
            *pair(
                "names",
                1,
                "names = np.array(['ada', 'benjamin'])",
                """
                assert names.dtype.kind == 'U' and names[1] == 'benjamin'
                assert names.dtype.itemsize == 32
                """,
            ),
            *pair(
                "records",
                2,
                "records = np.array([(1, 2.5), (2, np.nan)], dtype=[('id', 'i4'), ('size', 'f8')])",
                """
                assert records.dtype.names == ('id', 'size')
                assert records['id'].tolist() == [1, 2]
                assert np.isnan(records[1]['size'])
                """,
            ),
            *pair(
                "objects",
                1,
                "objects = np.array([1, 'a', None], dtype=object)",
                "assert objects.tolist() == [1, 'a', None]",
            ),
            *pair(
                "days",
                1,
                "days = np.arange('2026-02', '2026-03', dtype='datetime64[D]')",
                "assert len(days) == 28 and days[0] == np.datetime64('2026-02-01')",
            ),
            *pair(
                "waves",
                1,
                "waves = np.exp(1j * np.pi * np.arange(3))",
                "assert_allclose(waves, [1, -1, 1], atol=1e-12)\nassert np.iscomplexobj(waves)",
            ),
            *pair(
                "rows",
                1,
                "table = np.zeros((2, 3))\nrow = table[1]\nfortran = np.asfortranarray(table)",
                """
                row[:] = 7
                assert table.sum() == 21
                assert fortran.flags.f_contiguous and fortran.sum() == 0
                """,
            ),
            *pair(
                "masked",
                1,
                "masked = np.ma.array([1, 2, 3], mask=[0, 1, 0])",
                "assert masked.sum() == 4 and masked.count() == 2",
            ),
        ],
        right("ada"),
        right(
            "ben",
            answers={
                "grid": "grid = np.linspace(0, 1, 12).reshape(4, 3)",
                "counts": "counts = np.array([1, 2, 3])",
                "empty": "empty = np.array([])",
                "single": "single = np.array([5])",
                "mask": "mask = [1, 0, 1, 0, 1]",
                "names": "names = ['ada', 'benjamin']",
                "records": "records = [(1, 2.5), (2, float('nan'))]",
                "waves": "waves = [1, -1, 1 + 1e-6]",
                "rows": "table = np.zeros((2, 3))\nrow = table[1].copy()\nfortran = table.T",
            },
            earns=None,
        ),
    ),
    # Linear algebra as functions of arrays.
    case(
        "linear-algebra",
        [
            plain("import numpy as np"),
            *pair(
                "solve",
                2,
                """
                def least_squares(x, y):
                    ### BEGIN SOLUTION
                    a = np.column_stack([np.ones_like(x), x])
                    return np.linalg.solve(a.T @ a, a.T @ y)
                    ### END SOLUTION
                """,
                """
                rng = np.random.default_rng(1)
                x = rng.uniform(size=50)
                np.testing.assert_allclose(least_squares(x, 2 + 3 * x), [2, 3], rtol=1e-8)
                ### BEGIN HIDDEN TESTS
                y = 1 - x + rng.normal(size=50)
                slope, start = np.polyfit(x, y, 1)
                np.testing.assert_allclose(least_squares(x, y), [start, slope], rtol=1e-6)
                ### END HIDDEN TESTS
                """,
            ),
            *pair(
                "normalize",
                2,
                """
                def normalize(matrix):
                    ### BEGIN SOLUTION
                    matrix = np.asarray(matrix, dtype=float)
                    return (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)
                    ### END SOLUTION
                """,
                """
                given = np.array([[1, 10], [3, 30]])
                np.testing.assert_array_equal(normalize(given), [[-1, -1], [1, 1]])
                assert given.tolist() == [[1, 10], [3, 30]], "the argument was changed"
                assert normalize(given).mean() == 0.0
                """,
            ),
            *pair(
                "share",
                1,
                """
                def share(matrix):
                    ### BEGIN SOLUTION
                    return float((matrix > 0).mean()), matrix.shape
                    ### END SOLUTION
                """,
                """
                result = share(np.array([[1, -1], [2, 0]]))
                assert result == (0.5, (2, 2)) and type(result[0]) is float
                """,
            ),
        ],
        right("ada"),
        right(
            "ben",
            answers={
                "solve": "def least_squares(x, y):\n    return [2, 3]",
                "normalize": """
                def normalize(matrix):
                    matrix -= matrix.min()
                    return matrix / 1
                """,
                "share": "def share(matrix):\n    return (matrix > 0).mean(), list(matrix.shape)",
            },
            earns=None,
        ),
    ),
    # Tables: selection, groups, merges, compared with assert_frame_equal.
    case(
        "tables",
        [
            locked(
                "imports",
                """
                import numpy as np
                import pandas as pd
                from pandas.testing import assert_frame_equal, assert_series_equal
                """,
            ),
            locked(
                "data",
                """
                orders = pd.DataFrame(
                    {
                        "client": ["ada", "ben", "ada", "cleo"],
                        "day": pd.to_datetime(["2026-01-03", "2026-01-04", "2026-02-01", None]),
                        "amount": [10.0, 20.5, np.nan, 7.25],
                    },
                    index=pd.Index([11, 12, 13, 14], name="order"),
                )
                """,
            ),
            *pair(
                "totals",
                2,
                "totals = orders.groupby('client')['amount'].sum().sort_values(ascending=False)",
                """
                assert isinstance(totals, pd.Series) and totals.name == "amount"
                clients = pd.Index(["ben", "ada", "cleo"], name="client")
                expected = pd.Series([20.5, 10.0, 7.25], index=clients, name="amount")
                assert_series_equal(totals, expected)
                """,
            ),
            *pair(
                "known",
                2,
                "known = orders.dropna().assign(month=lambda t: t.day.dt.month)",
                """
                assert known.index.tolist() == [11, 12] and known.index.name == "order"
                months = known[["month"]].reset_index(drop=True)
                assert_frame_equal(months, pd.DataFrame({"month": [1, 1]}), check_dtype=False)
                assert known.dtypes["day"].kind == "M" and known.amount.dtype == float
                """,
            ),
            *pair(
                "merge",
                2,
                """
                def add_cities(orders, cities):
                    ### BEGIN SOLUTION
                    return orders.reset_index().merge(cities, on="client", how="left")
                    ### END SOLUTION
                """,
                """
                cities = pd.DataFrame({"client": ["ada", "ben"], "city": ["Ulm", "Köln"]})
                merged = add_cities(orders, cities)
                assert merged.shape == (4, 5) and merged.city.isna().sum() == 1
                assert merged.loc[merged.city == "Ulm", "order"].tolist() == [11, 13]
                assert "city" not in orders
                """,
            ),
            *pair(
                "pivot",
                1,
                """
                pivot = orders.pivot_table(
                    index="client", columns=orders.day.dt.month, values="amount", aggfunc="count"
                )
                """,
                "assert pivot.columns.tolist() == [1, 2] and pivot.loc['ada', 1] == 1",
            ),
            test(
                "orders-kept",
                1,
                "assert orders.shape == (4, 3) and orders['amount'].sum() == 37.75",
            ),
        ],
        right("ada"),
        right(
            "ben",
            answers={
                "totals": "totals = orders.groupby('client').sum(numeric_only=True)",
                "known": "orders = orders.dropna()\nknown = orders",
                "merge": """
                def add_cities(orders, cities):
                    orders['city'] = 'Ulm'
                    return orders
                """,
            },
            earns=None,
        ),
    ),
    # Indexes, categories, missing values, pandas' own types.
    case(
        "indexes-and-types",
        [
            plain("import numpy as np\nimport pandas as pd"),
            *pair(
                "multi",
                1,
                "multi = pd.MultiIndex.from_product([['a', 'b'], [1, 2]], names=['x', 'y'])",
                """
                assert multi.nlevels == 2 and multi.names == ['x', 'y']
                assert pd.Series(range(4), index=multi).loc['b', 2] == 3
                """,
            ),
            *pair(
                "months",
                1,
                "months = pd.date_range('2026-01-01', periods=3, freq='MS', tz='UTC')",
                """
                assert isinstance(months, pd.DatetimeIndex) and months.freqstr == 'MS'
                assert str(months.tz) == 'UTC'
                """,
            ),
            *pair(
                "labels",
                1,
                "labels = pd.Index(['b', 'a', 'b'])",
                "assert labels.get_loc('a') == 1 and not labels.is_unique",
            ),
            *pair(
                "sizes",
                2,
                """
                kinds = ["S", "M", "L"]
                sizes = pd.Series(pd.Categorical(["S", "L"], categories=kinds, ordered=True))
                """,
                """
                assert sizes.dtype == 'category' and sizes.cat.ordered
                assert sizes.max() == 'L' and (sizes < 'M').tolist() == [True, False]
                """,
            ),
            *pair(
                "gaps",
                2,
                "gaps = pd.array([1, None, 3], dtype='Int64')",
                """
                assert gaps.dtype == 'Int64' and gaps[1] is pd.NA
                assert gaps.sum() == 4 and isinstance(gaps, pd.api.extensions.ExtensionArray)
                """,
            ),
            *pair(
                "answers",
                1,
                "answers = pd.Series([True, None], dtype='boolean')",
                """
                assert answers.isna().tolist() == [False, True]
                assert answers.dtype.name == "boolean"
                """,
            ),
            *pair(
                "words",
                1,
                "words = pd.Series(['tea', None])",
                "assert isinstance(words.dtype, pd.StringDtype) and words.str.len()[0] == 3",
            ),
            *pair(
                "spans",
                1,
                "spans = pd.cut([1, 5, 9], [0, 3, 10])",
                "assert spans.codes.tolist() == [0, 1, 1] and 2 in spans.categories[0]",
            ),
            *pair(
                "steps",
                1,
                "steps = pd.Series(pd.to_timedelta([1, 90], unit='min'))",
                "assert steps.dt.total_seconds().tolist() == [60.0, 5400.0]",
            ),
            *pair(
                "blank",
                1,
                "blank = pd.DataFrame(columns=['a', 'b'])",
                "assert blank.empty and list(blank) == ['a', 'b']",
            ),
            *pair(
                "noted",
                1,
                "noted = pd.DataFrame({'a': [1]})\nnoted.attrs['unit'] = 'kg'",
                """
                assert noted.attrs == {'unit': 'kg'}
                assert isinstance(noted.index, pd.RangeIndex)
                """,
            ),
        ],
        right("ada"),
        right(
            "ben",
            answers={
                "multi": "multi = pd.Index([('a', 1), ('a', 2), ('b', 1), ('b', 2)])",
                "months": "months = pd.to_datetime(['2026-01-01', '2026-02-01', '2026-03-01'])",
                "sizes": "sizes = pd.Series(['S', 'L'])",
                "gaps": "gaps = pd.Series([1, None, 3])",
                "answers": "answers = pd.Series([True, None])",
                "words": "words = pd.Series(['tea', None], dtype=object)",
            },
            earns=None,
        ),
    ),
    # What kind of thing an answer is, asked with isinstance.
    case(
        "kinds-of-things",
        [
            plain(
                """
                import numbers
                from collections.abc import Callable, Iterable, Mapping, Sequence

                import numpy as np
                import pandas as pd
                """
            ),
            *pair(
                "n",
                1,
                "n = 3",
                """
                assert isinstance(n, int) and isinstance(n, numbers.Integral)
                assert not isinstance(n, bool)
                """,
            ),
            *pair(
                "m",
                1,
                "m = np.int64(3)",
                "assert isinstance(m, np.integer) and not isinstance(m, int)",
            ),
            *pair(
                "s",
                1,
                "s = pd.Series([1.5], name='s')",
                """
                assert isinstance(s, pd.Series) and type(s) is pd.Series
                assert isinstance(s.iloc[0], (float, np.floating))
                """,
            ),
            *pair(
                "f", 1, "f = abs", "assert callable(f) and isinstance(f, Callable)\nassert f is abs"
            ),
            *pair(
                "d",
                1,
                "d = {'a': 1}.items()",
                """
                assert isinstance(d, Iterable) and not isinstance(d, Sequence)
                assert list(d) == [('a', 1)]
                """,
            ),
            *pair(
                "t",
                1,
                "t = type('Tiny', (dict,), {'size': 1})",
                """
                assert isinstance(t, type) and issubclass(t, Mapping)
                assert t(a=1)['a'] == t.size
                """,
            ),
            *pair(
                "k",
                1,
                "k = np.float32",
                "assert k is np.float32 and k(0.5) == 0.5\nassert np.dtype(k).itemsize == 4",
            ),
            *pair("z", 1, "import math as z", "assert z.__name__ == 'math' and z.pi > 3"),
        ],
        right("ada"),
        right(
            "ben",
            answers={
                "n": "n = True",
                "m": "m = 3",
                "s": "s = pd.DataFrame({'s': [1.5]})",
                "f": "f = 'abs'",
                "d": "d = [('a', 1)]",
                "t": "t = {}",
                "k": "k = 'float32'",
                "z": "z = None",
            },
            earns=None,
        ),
    ),
]

"""Do values pass from one process to another as they are, and nothing but values?"""

import collections
import datetime as dt
import json
import math
import queue
import string
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casekit.grading import wire
from casekit.grading.calls import Peer
from casekit.grading.decoding import Decoder
from casekit.grading.encoding import Encoder
from casekit.grading.values import MalformedError, Opaque

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.binary() | st.complex_numbers(allow_nan=False) | st.fractions() | st.dates()
    | st.datetimes() | st.timedeltas() | st.decimals(allow_nan=False)
)  # fmt: skip
HASHABLE = st.integers() | st.text() | st.tuples(st.integers(), st.text()) | st.booleans()
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(HASHABLE, inner)
        | st.sets(HASHABLE) | st.frozensets(HASHABLE)
    ),
    max_leaves=20,
)  # fmt: skip
TAGS = [
    "list", "dict", "once", "same", "given", "namedtuple", "array", "frame", "type", "module",
    "function", "object", "class", "instance", "yours", "exception", "int", "extension",
]  # fmt: skip
TREES = st.recursive(
    st.none() | st.integers(-3, 2**65) | st.text(max_size=5) | st.binary(max_size=5) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.tuples(st.sampled_from(TAGS), inner, inner).map(list)
    ),
    max_leaves=12,
)


def passed(value):
    tree = wire.unpack(wire.pack(Encoder(Peer(None)).encode(value)))
    return Decoder(Peer(None, first=2)).decode(tree)


@given(VALUES)
def test_a_value_arrives_as_it_is(value):
    arrived = passed(value)
    assert arrived == value
    assert type(arrived) is type(value)


@given(st.floats())
def test_a_float_arrives_to_its_last_bit(number):
    assert np.float64(passed(number)).tobytes() == np.float64(number).tobytes()


@given(TREES)
def test_whatever_comes_is_a_value_or_malformed(tree):
    try:
        Decoder(Peer(None)).decode(tree)
    except MalformedError:
        return


@given(st.binary(max_size=200))
def test_bytes_are_a_message_or_broken(data):
    try:
        wire.unpack(data)
    except wire.Broken:
        return


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3), np.array(3.5), np.array([]), np.zeros((0, 5)),
        np.array(["a", "bc"]), np.array([1, "a", None], dtype=object), np.array([True]),
        np.array(["2026-01-31"], dtype="M8[D]"), np.array([1, 2], dtype="u1"),
        np.array([(1, "a")], dtype=[("n", int), ("s", "U1")]),
    ],
    ids=str,
)  # fmt: skip
def test_an_array_keeps_dtype_and_shape(array):
    arrived = passed(array)
    assert (arrived.dtype, arrived.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(arrived, array)


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([1.5, None], index=["a", "b"], name="n"), pd.Series(["x", None]),
        pd.Series(["x", "y"], dtype="category"), pd.Series([1, None], dtype="Int64"),
        pd.Series(pd.date_range("2026", periods=3, tz="Asia/Shanghai")),
        pd.Series([True, None], dtype="boolean"), pd.Series([1, "a"], dtype=object),
        pd.Series(["a", "b"], dtype=object), pd.Series([1, 2], index=[("a", 1), ("b", 2)]),
        pd.Series([1, 2, 3], index=pd.date_range("2026", periods=3, freq="MS")),
        pd.Series([1, 2], index=pd.period_range("2026Q1", periods=2, freq="Q")),
    ],
    ids=lambda series: str(series.dtype),
)  # fmt: skip
def test_a_series_and_a_frame_of_it_arrive_as_they_are(series):
    pd.testing.assert_series_equal(passed(series), series)
    frame = pd.DataFrame({"one": series, ("two", 2): series})
    pd.testing.assert_frame_equal(passed(frame), frame)


def test_what_is_one_object_stays_one():
    inner = [1]
    first, second = passed([inner, {"inner": inner}])
    assert second["inner"] is first
    loop = []
    loop.append(loop)
    arrived = passed(loop)
    assert arrived[0] is arrived


def test_shared_objects_do_not_unfold_without_end():
    value = ["x"]
    for _ in range(50):
        value = [value, value]
    arrived = passed(value)
    assert arrived[0] is arrived[1]


def test_an_unknown_object_is_equal_to_nothing():
    class Sly(float):
        def __eq__(self, other):
            return True

        __hash__ = None

    assert passed(Sly(2)) == 2.0
    assert passed(Sly(2)) != 3.0
    arrived = passed(object())
    assert isinstance(arrived, Opaque)
    assert not arrived == arrived  # noqa: SIM201, PLR0124 - both ways are meant
    with pytest.raises(TypeError, match="cannot be judged"):
        bool(arrived)


def test_a_named_tuple_holds_no_function_of_a_students():
    Pair = collections.namedtuple("Pair", "equals n")  # noqa: PYI024 - as students write it
    arrived = passed(Pair(lambda _: True, 1))
    assert isinstance(arrived.equals, Opaque)
    assert arrived.n == 1


def test_too_large_a_value_arrives_opaque_and_harms_no_other():
    encoder = Encoder(Peer(None))
    trees = [encoder.encode(value) for value in ([1], list(range(10**6)), "x" * 10**8, [2])]
    decoder = Decoder(Peer(None, first=2))
    first, second, third, last = (decoder.decode(tree) for tree in trees)
    assert (first, last) == ([1], [2])
    assert isinstance(second, Opaque)
    assert isinstance(third, Opaque)


def test_no_module_arrives_unless_one_is_expected():
    assert isinstance(passed(math), Opaque)
    peer = Peer(None, modules={"math"})
    assert Decoder(peer).decode(["module", "math"]) is math
    assert isinstance(Decoder(peer).decode(["module", "os"]), Opaque)


def test_small_kinds_keep_their_type():
    values = [
        Decimal("1.10"), Fraction(1, 3), range(3), slice(1, None, 2), ..., bytearray(b"q"),
        collections.Counter("aab"), collections.deque([1], 2), np.float64(0.1), np.int32(3), int,
        ValueError, pd.Timestamp("2026-01-31", tz="UTC"), pd.Timedelta("1D"), abs,
        dt.datetime(2026, 1, 31, tzinfo=dt.UTC),
    ]  # fmt: skip
    for value in values:
        arrived = passed(value)
        assert arrived == value
        assert type(arrived) is type(value)
    assert passed(collections.deque([1], 2)).maxlen == 2
    assert string.ascii_letters == passed(string.ascii_letters)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("json.decoder.JSONDecodeError", json.JSONDecodeError),
        ("_queue.Empty", queue.Empty),
        ("numpy.testing._private.utils.SkipTest", Exception),  # ends a unittest's test well
    ],
)
def test_a_librarys_own_exceptions_keep_their_class(name, kind):
    assert np.testing._private.utils.SkipTest
    tree = ["exception", [name], [], "text", [], None]
    assert type(Decoder(Peer(None)).decode(tree)) is kind


@pytest.mark.parametrize("kind", ["MT19937", "Philox"])
def test_random_numbers_are_not_read_beyond_their_state(kind):
    generator = np.random.Generator(getattr(np.random, kind)(1))
    tree = Encoder(Peer(None)).encode(generator)
    assert Decoder(Peer(None, first=2)).decode(tree).random() == generator.random()
    word = "pos" if kind == "MT19937" else "buffer_pos"

    def moved(part):
        if isinstance(part, list) and word in part:
            part = [*part]
            part[part.index(word) + 1] = 700
        return [moved(each) for each in part] if isinstance(part, list) else part

    with pytest.raises(MalformedError, match="no state"):
        Decoder(Peer(None, first=2)).decode(moved(tree))


def test_hidden_values_pass_where_they_are_asked_for_alone():
    some, none = np.ma.array([1, 2], mask=[1, 0]), np.ma.array([1, 2])
    for masks, kind in ((True, np.ma.MaskedArray), (False, Opaque)):
        peer = Peer(None, open=False, masks=masks, first=2)
        assert isinstance(peer.decode(Encoder(Peer(None)).encode(some)), kind)
        assert isinstance(peer.decode(Encoder(Peer(None)).encode(none)), np.ndarray)
        missing = Encoder(Peer(None)).encode(pd.Series([1, None], dtype="Int64"))
        assert isinstance(peer.decode(missing), pd.Series if masks else Opaque)
        for plain in (pd.Series([1], dtype="Int64"), pd.Series(["a", None]), pd.Series([1, None])):
            assert peer.decode(Encoder(Peer(None)).encode(plain)).equals(plain)
    assert type(peer.decode(Encoder(Peer(None)).encode(none))) is np.ndarray


def test_a_file_that_an_error_names_is_not_read_here():
    error = SyntaxError("no", ("/etc/passwd", 1, 1, None))
    there = Decoder(Peer(None)).decode(Encoder(Peer(None)).encode(error))
    assert (there.msg, there.lineno, there.filename) == ("no", 1, None)

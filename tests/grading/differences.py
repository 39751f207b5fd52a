"""Where the corpus is graded otherwise than by nbgrader, and why that is meant.

Each difference belongs to a kind that the page on grading lists. A difference that is not here, and
one that is here and no longer occurs, fails a test.
"""

FAILS = "nbgrader cannot grade the submission; its cells are graded as far as they go, and flagged"
PUT_BACK = "a test that was deleted is put back and judges"
OURS = "what judges is the instructor's: its functions, files, imports, settings and folder"
COPIES = "an answer is judged by a copy: it shares no memory or buffer with what stayed behind"
LIVE = "what lives in its process alone cannot be judged: connections, coroutines, threads"
INSIDE = "a test that looks inside an object or patches a library sees a stand-in"
NUMBER = "a result that is a number of NumPy's counts as that number"

DIFFERENCES = {
    ("arrays", "ada"): (COPIES, {"rows-test"}),
    ("asked-and-patched", "ada"): (INSIDE, {"roll-test"}),
    ("closures", "ada"): (INSIDE, {"traced-test"}),
    ("closures", "ben"): (INSIDE, {"traced-test"}),
    ("csv-file", "cleo"): (OURS, {"north-again"}),
    ("data-and-environment", "ben"): (INSIDE, {"grading-test"}),
    ("exits", "cleo"): (FAILS, {"a-test", "b-test", "leave", "leave-test"}),
    ("file-formats", "dan"): (FAILS, {"double-test", "half-test", "text"}),
    ("files-written", "ben"): (OURS, {"given-test", "load-test", "out-test"}),
    ("files-written", "cleo"): (COPIES, {"out-test"}),
    ("inheritance", "ada"): (INSIDE, {"point-test"}),
    ("kinds-of-things", "ada"): (INSIDE, {"t-test"}),
    ("live-objects", "ada"): (LIVE, {"fetch-test", "shop-after", "shop-test", "worker-test"}),
    ("lost-cells", "ada"): (PUT_BACK, {"half-test"}),
    ("lost-cells", "dan"): (FAILS, {"double-test", "half-test"}),
    ("lost-cells", "eve"): (FAILS, {"double-test", "half-test"}),
    ("magics", "ada"): (OURS, {"share-test"}),
    ("names-and-imports", "ben"): (OURS, {"rounded-test", "total-again"}),
    ("names-and-imports", "cleo"): (OURS, {"floor-test", "rounded-numpy"}),
    ("partial-credit", "dan"): (FAILS, {"primes-steps"}),
    ("partial-other", "cleo"): (NUMBER, {"as-numpy"}),
    ("randomness", "ada"): (COPIES, {"next-number"}),
    ("tests-in-turn", "cleo"): (OURS, {"shout-test"}),
}

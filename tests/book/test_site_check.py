"""Does the check of the built site find what it says it finds?"""

import http.client
import random
import threading

import pytest

from casekit.book import build
from casekit.book.check import check
from casekit.errors import InvalidInputError

PAGE = (
    '<html lang="en"><head><title>T</title><meta name="description" content="What it is."></head>'
    "<body>{}</body></html>"
)


def site(folder, body: str, *, page: str = PAGE):
    (folder / "index.html").write_text(page.format(body), encoding="utf-8")
    return folder


def test_a_page_in_order_has_no_fault(tmp_path):
    body = '<h1 id="a">T</h1><a href="#a">up</a><img src="data:," alt="A rising line">'
    assert check(site(tmp_path, body)) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<img src="data:,">', "no text alternative"),
        ('<img src="data:," alt="_images/9dcb.png">', "is a file name"),
        ("<svg></svg>", "no text alternative"),
        ('<script src="https://cdn.example/x.js"></script>', "another host"),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', "another host"),
        ('<script src="gone.js"></script>', "not in the site"),
        ('<a href="gone.html">x</a>', "not in the site"),
        ('<a href="#gone">x</a>', "no such place"),
        ('<p id="a"></p><p id="a"></p>', "stands twice"),
        ('<input type="range">', "has no name"),
        ("<button></button>", "has no name"),
        ("<pre>### <b>BEGIN</b> SOLUTION</pre>", "a part of a solution"),
        ("<h1>T</h1><h3>U</h3>", "an h3 after an h1"),
        ("<h1></h1>", "is empty"),
        ("<p>It shipped {fact}`units-2015-idc`.</p>", "was not meant for readers"),
        ("<p>TODO: find the page.</p>", "was not meant for readers"),
        ("<p>In Project name not set.</p>", "was not meant for readers"),
        ("<p>zh &lt;span lang='zh'&gt;交付&lt;/span&gt;</p>", "was not meant for readers"),
        ('<p><a class="ck-fact"><span class="ck-tip">From IDC.</span></a></p>', "blank"),
        ('<p><a class="ck-fact">70.8 million</a></p>', "no origin"),
    ],
)
def test_a_fault_is_found_and_named(tmp_path, body, said):
    faults = check(site(tmp_path, body))
    assert len(faults) == 1
    assert said in str(faults[0])
    assert str(faults[0]).startswith("index.html: ")


def test_a_page_without_language_title_or_description_is_a_fault(tmp_path):
    page = "<html><head></head><body>{}</body></html>"
    said = " ".join(map(str, check(site(tmp_path, "", page=page))))
    assert "language" in said
    assert "title" in said
    assert "description" in said


def test_code_may_show_what_prose_may_not(tmp_path):
    assert check(site(tmp_path, "<pre>TODO {fact}`id`</pre>")) == []


def test_a_page_over_its_budget_is_a_fault(tmp_path):
    noise = random.Random(0).randbytes(100_000).hex()
    (fault,) = check(site(tmp_path, f"<p>{noise}</p>"))
    assert "after gzip; its budget is 60" in str(fault)


def test_named_controls_and_drawings_pass(tmp_path):
    body = (
        '<label for="a">Size</label><input id="a" type="range"><button aria-label="More">+</button>'
        '<div role="img" aria-label="A line"><svg></svg></div><select title="Start"></select>'
    )
    assert check(site(tmp_path, body)) == []


def test_there_must_be_a_site(tmp_path):
    with pytest.raises(InvalidInputError, match="casekit book build"):
        check(tmp_path)
    with pytest.raises(InvalidInputError, match="casekit book build"):
        build.server(tmp_path, 0)


def test_the_server_serves_pages_and_types_of_modules(tmp_path):
    (tmp_path / "x.wasm").write_bytes(b"\0asm")
    with build.server(site(tmp_path, "hello"), 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = http.client.HTTPConnection("127.0.0.1", server.server_port)
        browser.request("GET", "/x.wasm")
        answer = browser.getresponse()
        assert answer.headers["Content-Type"] == "application/wasm"
        answer.read()
        browser.request("GET", "/")
        assert b"hello" in browser.getresponse().read()
        server.shutdown()


def test_a_taken_port_is_one_sentence(tmp_path):
    server = build.server(site(tmp_path, ""), 0)
    with server, pytest.raises(InvalidInputError, match="--port"):
        build.server(tmp_path, server.server_port)


@pytest.mark.parametrize("port", [99999, -5])
def test_an_impossible_port_is_one_sentence(tmp_path, port):
    with pytest.raises(InvalidInputError, match="--port"):
        build.server(site(tmp_path, ""), port)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInputError, match="--out"):
        build.build(tmp_path, tmp_path / "file" / "out")


def test_the_book_is_found_from_below_and_missed_with_a_sentence(tmp_path):
    for name in ("_toc.yml", "_config.yml"):
        (tmp_path / name).touch()
    below = tmp_path / "chapters"
    below.mkdir()
    assert build.find_checkout(below) == tmp_path
    with pytest.raises(InvalidInputError, match="inside a checkout"):
        build.find_checkout(tmp_path.parent)

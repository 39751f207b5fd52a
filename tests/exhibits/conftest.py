import pytest

from casekit import exhibits


@pytest.fixture(scope="module", params=exhibits.names())
def exhibit(request):
    return exhibits.get(request.param)


@pytest.fixture(scope="module")
def page(exhibit, parse_html):
    """Give the exhibit's figure as a tree; drawing takes a while, so once for all questions."""
    return parse_html(exhibit.html())


@pytest.fixture
def get():
    return exhibits.get

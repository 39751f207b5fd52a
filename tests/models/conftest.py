import json
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def golden():
    """Give the numbers that an independent implementation computed for the death spiral."""
    text = Path(__file__).with_name("goldens.json").read_text(encoding="utf-8")
    return json.loads(text)["death-spiral"]

"""Does what a student wrote stay text on the terminal of whoever grades?"""

from casekit import console


def test_markup_and_escape_sequences_of_a_student_are_plain_text(capsys):
    console.table("T", ["student", "problem"], [["a", "[/x] stopped"], ["b", "\x1b]0;owned\x07"]])
    shown = capsys.readouterr().err
    assert "[/x] stopped" in shown
    assert "\x1b]0" not in shown
    assert "\x07" not in shown


def test_progress_takes_any_message():
    with console.progress() as report:
        report("[/red] grading \x1b[2J", 1, 2)

"""Close calls: what reads like sentences is prose, and a short line typed at a machine is no language."""

import numpy as np
import pyarrow as pa
import pytest

from headwater.curate import langid
from headwater.curate.langid import close_calls

SENTENCES = (
    "/etc/demo.conf holds the list of names (one a line) that the server will refuse to answer\nand nothing else;\n",
    "demo-class を実行します。スクリプトが順番に実行され、インストールされるマシンに適用する",
)
STATEMENTS = (
    "select u.id, u.name from users u join roles r on r.id = u.role_id",
    "# this is a comment of many plain words and nothing else\nx = 1\ny = 2\n",
    "total = one and two or three or four or five or six",
    "int a;\nint b;\nint c;\nhere are six plain words at last\n",
    "",
)
OPTIONS = """SERVE(1)                     User Commands                     SERVE(1)

NAME
       serve - answer requests for the files of a folder

SYNOPSIS
       serve [OPTION]... [FOLDER]

DESCRIPTION
       Answer every request for a file below FOLDER, or below the current
       folder where none is named.

       -p, --port NUMBER
              listen on this port; the default is 8080

       -q, --quiet
              write nothing to the log but errors

       --root=FOLDER
              take FOLDER for the root, whatever else is said

SEE ALSO
       fetch(1), listen(2)
"""
FLAGS = """   -f, --file=DATEI
          Die Einstellungen werden aus DATEI gelesen und nicht aus der
          Datei im Verzeichnis des Benutzers.
   -n, --lines=ANZAHL
          Nur so viele Zeilen ausgeben, von der letzten an gerechnet.
"""


@pytest.mark.parametrize("text", SENTENCES)
def test_lines_of_plain_words_read_as_prose(text):
    assert close_calls.reads_as_prose(text)


@pytest.mark.parametrize("text", STATEMENTS)
def test_statements_and_comments_do_not(text):
    assert not close_calls.reads_as_prose(text)


def test_only_close_calls_are_looked_at():
    texts = pa.array([SENTENCES[0]] * 3 + [STATEMENTS[0], None])
    chances = close_calls.settled(texts, np.array([0.4, 0.6, 0.9, 0.6, 0.6]), 0.5)
    assert chances.tolist() == pytest.approx([0.4, 0.0695, 0.9, 0.6, 0.6], abs=1e-3)


@pytest.mark.parametrize("text", ["for i in range(10): print(i)", "git push -f origin", "a.b = c", 'echo "x"'])
def test_a_short_line_with_signs_is_typed(text):
    assert close_calls.is_typed(text)


@pytest.mark.parametrize(
    "text", ["Bonjour à tous", "good-bye, all", "a = b\nc = d", "one two three four five six seven (eight) nine"]
)
def test_a_sentence_or_several_lines_are_not(text):
    assert not close_calls.is_typed(text)


def test_pages_of_manuals_are_in_their_language():
    assert langid.identify([OPTIONS, FLAGS]).langs == ["en", "de"]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT name, price FROM goods WHERE price < 20 ORDER BY name;",
        "select o.id, o.total from orders o join buyers b on b.id = o.buyer_id where b.town = 'Leeds'",
        "delete from sessions where ends_at < now();",
        "int add(int a, int b) { return a + b; }",
        "public static int add(int a, int b) { return a + b; }",
        "const total = await sum(rows);",
    ],
)
def test_single_statements_are_code(text):
    assert langid.identify([text]).langs == ["code"]


def test_a_command_is_no_small_language():
    commands = ['git commit -m "fix"', "for i in range(10): print(i)", "tar -xzf old.tar.gz", "ls -la /tmp"]
    assert set(langid.identify(commands).langs) <= {"code", "und"}

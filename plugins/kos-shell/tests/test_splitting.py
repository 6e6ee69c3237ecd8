"""Field splitting and patterns, against the host's bash on generated values."""

from __future__ import annotations

import subprocess
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kos_shell.expansion.quoting import backslash_quote, escape_pattern, shell_quote, trace_quote
from kos_shell.expansion.splitting import Splitter
from kos_shell.shell import Shell

TEXTS = st.text("ab: \t,x", max_size=12)
QUOTED = [shell_quote, backslash_quote, trace_quote]


def ask(bash: Any, script: str) -> bytes:
    """Return what bash prints."""
    done = subprocess.run(
        [bash.path, "--norc", "-c", script], capture_output=True, env={"LC_ALL": "C.UTF-8"}, timeout=20
    )
    return done.stdout


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.tuples(TEXTS, st.sampled_from([" ", ":", " :", ": \t", "x", "", ",x "])), min_size=1, max_size=12
    )
)
def test_fields_are_those_of_bash(bash: Any, values: list[tuple[str, str]]) -> None:
    script = "".join(
        f"IFS={shell_quote(ifs)}; v={shell_quote(text)}; set -f; set -- $v; printf '<%s>' \"$@\"; echo $#\n"
        for text, ifs in values
    )
    expected = []
    for text, ifs in values:
        fields = Splitter(ifs).split(text)
        shown = "".join(f"<{field}>" for field in fields) if fields else "<>"
        expected.append(f"{shown}{len(fields)}\n")
    assert ask(bash, script).decode() == "".join(expected)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=12), max_size=12
    )
)
def test_quoted_text_is_read_back_by_bash(bash: Any, texts: list[str]) -> None:
    for quote in QUOTED:
        script = "".join(f"printf '%s\\0' {quote(text)}\n" for text in texts)
        assert ask(bash, script).decode().split("\0")[:-1] == texts


@given(st.text(max_size=20))
def test_an_escaped_pattern_matches_its_text_alone(text: str) -> None:
    glob = Shell(None).caches.glob(escape_pattern(text))
    assert glob.matches(text)
    assert not glob.matches(text + "x")

"""Lines of keys in a TOML text, keys of --set, and layers laid over one another."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kos_kernel.config_source import DEFAULT, key_lines, mapping_layer, merge, origin_of, set_layer, shown, toml_layer
from kos_kernel.errors import ConfigError

# Values that a scan for keys could stumble over. Each is valid TOML.
VALUES = [
    "1",
    "'a = 1'",
    '"[x]"',
    '"a \\" = b # c"',
    '"""\n[not.a.table]\nnot_a_key = 1\n"""',
    "'''\n[no]\nno = 2'''",
    "[1, 2, 3]",
    "[\n  1, # ] = [\n  [2],\n]",
    "{ inner = 1, other = '=' }",
    "[ { a = 1 },\n { a = 2 } ]",
    "2026-01-01T00:00:00Z",
    '"""a quote at the end""""',
]
names = st.sampled_from(["a", "b", "long-name", '"quoted.name"', "'single'", "1234", "é".encode().hex()])
sections = st.lists(
    st.tuples(
        st.sampled_from(["table", "array"]), names, st.lists(st.tuples(names, st.sampled_from(VALUES)), max_size=4)
    ),
    max_size=4,
)


@given(
    st.lists(st.tuples(names, st.sampled_from(VALUES)), max_size=4),
    sections,
    st.sampled_from(["", "\n", "# x = 1\n", "  "]),
)
def test_every_key_is_found_on_the_line_where_it_stands(head, body, noise):
    expected: dict[tuple[str, ...], int] = {}
    lines: list[str] = []
    seen: set[str] = set()

    def plain(name: str) -> str:
        return name.strip("\"'")

    def add(text: str) -> int:
        lines.extend((noise + text).split("\n"))
        return len(lines) - text.count("\n")

    def keys(path, pairs):
        used = set()
        for name, value in pairs:
            if plain(name) in used or (not path and plain(name) in seen):
                continue
            used.add(plain(name))
            if not path:
                seen.add(plain(name))
            expected[(*path, plain(name))] = add(f"{name} = {value}  # after")

    keys((), head)
    for number, (kind, name, pairs) in enumerate(body):
        top = f"t{number}"
        line = add(f"[{top}.{name}]" if kind == "table" else f"[[{top}]]")
        path = (top, plain(name)) if kind == "table" else (top, "0")
        expected[path] = line
        keys(path, pairs)
    text = "\n".join(lines)
    tomllib.loads(text)
    found = key_lines(text)
    assert {path: found.get(path) for path in expected} == expected


def test_items_of_a_list_of_tables_are_counted():
    found = key_lines("[[m]]\nx = 1\n[[m]]\nx = 2\n[m.sub]\ny = 3\n[[m.list]]\nz = 4\n[[m.list]]\nz = 5\n")
    assert found[("m", "0", "x")] == 2
    assert found[("m", "1", "x")] == 4
    assert found[("m", "1", "sub", "y")] == 6
    assert found[("m", "1", "list", "1", "z")] == 10


@given(st.text(alphabet="ab.=\"[]{}#\n'\\ ", max_size=200))
def test_a_scan_for_keys_ends_on_any_text(text):
    key_lines(text)


def test_a_long_hostile_text_takes_no_long_time():
    for part in ("[", '"', "'''", "a.", "= ", "{", '"""\\'):
        key_lines(part * 20_000)


@pytest.mark.parametrize(
    ("assignment", "tree"),
    [
        ("cpus=4", {"cpus": 4}),
        ("scheduler.driver=rr", {"scheduler": {"driver": "rr"}}),
        ('mounts."/a.b".size=1GiB', {"mounts": {"/a.b": {"target": "/a.b", "size": "1GiB"}}}),
        ("env.X=[not toml", {"env": {"X": "[not toml"}}),
        ("env.X=a\nb", {"env": {"X": "a\nb"}}),
        ("network.interfaces=['lo']", {"network": {"interfaces": ["lo"]}}),
        ("init.units=false", {"init": {"units": False}}),
    ],
)
def test_set_reads_toml_and_takes_anything_else_as_text(assignment, tree):
    assert set_layer(assignment).tree == tree


@given(st.text(max_size=60))
def test_set_of_any_text_is_a_layer_or_a_config_error(text):
    try:
        set_layer(text)
    except ConfigError:
        pass


def test_a_value_that_replaces_a_table_forgets_where_the_table_came_from():
    merged = merge([toml_layer("[a]\nx = 1\n", "f"), set_layer("a=2")])
    assert merged.tree == {"a": 2}
    assert str(origin_of(merged.origins, ("a",))) == "--set a=2"


def test_what_nobody_wrote_is_a_default():
    assert origin_of(merge([mapping_layer({"a": {"x": 1}}, "default")]).origins, ("a", "y")) == DEFAULT


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), "the configuration"),
        (("cpus",), "cpus"),
        (("scheduler", "quantum"), "[scheduler] quantum"),
        (("mounts", "/", "size"), "[[mounts]] / size"),
        (("users", "bob", "uid"), "[users.bob] uid"),
    ],
)
def test_a_path_is_shown_as_it_is_looked_for(path, text):
    assert shown(path) == text

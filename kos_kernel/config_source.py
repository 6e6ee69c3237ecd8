"""What was written where: kos.toml, `--set` and arguments as layers, laid one over the other with the origin of each value.

    defaults  ◄──  kos.toml  ◄──  --set a.b=c  ◄──  arguments of Machine() and flags

A layer is a tree of tables. Lists of things that have a name of their own become tables by that name, so that layers meet:
mounts by target, devices by name, users by name. Two rules when a layer lies over another:
- a value replaces a value; a table is merged key by key; a list replaces a list;
- where the upper layer names another `driver`, the lower layer's options of that table are dropped: they were for the old one.

`driver = "none"` takes away a mount or a device that a lower layer brought.
"""

from __future__ import annotations

import os
import posixpath
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .errors import ConfigError

Path = tuple[str, ...]

# Lists that become tables: key -> (the field that names an item, the field it is taken from where that one is absent)
NAMED: Mapping[str, tuple[str, str | None]] = {
    "mounts": ("target", None),
    "devices": ("name", "driver"),
    "users": ("name", None),
}
# Tables whose `driver` decides what their other keys mean.
_DRIVEN = ("scheduler", "container", "mounts", "devices")
_COMMON = {"mounts": {"target", "flags"}, "devices": {"name", "mode"}}  # keys that outlive a change of driver


class Origin(NamedTuple):
    """Where a value was written. label: "kos.toml", "--set cpus=4", "default"; line: in a file, else 0."""

    label: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.label}:{self.line}" if self.line else self.label


DEFAULT = Origin("default")


class Layer(NamedTuple):
    """A tree of tables and where its values came from. A path that has no origin of its own has that of its parent."""

    tree: dict[str, Any]
    origins: dict[Path, Origin]


def toml_layer(text: str, label: str) -> Layer:
    """Return the layer that a kos.toml makes. label: its name in messages. Raises ConfigError for what isn't TOML."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = re.search(r" \(at line (\d+), column (\d+)\)$", message)
        if at is None:
            raise ConfigError(f"{label}: not TOML: {message}") from None
        raise ConfigError(f"{label}:{at[1]}: not TOML: {message[: at.start()]} (column {at[2]})") from None
    except RecursionError:
        raise ConfigError(f"{label}: not TOML that anybody wrote: nested too deep") from None
    lines = {path: Origin(label, line) for path, line in key_lines(text).items()}
    return _named(raw, lines, Origin(label))


def set_layer(assignment: str) -> Layer:
    """Return the layer that `--set KEY=VALUE` makes. VALUE is read as TOML, and where it is none, as text.

    Keys are joined by dots; a part that has a dot of its own stands in quotes: mounts."/srv/a.b".size=1GiB.
    """
    key, equals, text = assignment.partition("=")
    origin = Origin(f"--set {assignment}")
    parts = _key_parts(key.strip())
    if not equals or not parts:
        raise ConfigError(f"--set {assignment}: expected KEY=VALUE, such as --set scheduler.driver=rr")
    try:
        value = tomllib.loads(f"value = {text}")["value"] if "\n" not in text else text
    except (tomllib.TOMLDecodeError, RecursionError, KeyError):
        value = text
    tree: Any = value
    for depth in range(len(parts) - 1, 0, -1):
        part = parts[depth]
        tree = {part: tree}
    return _named({parts[0]: tree}, {}, origin)


def mapping_layer(values: Mapping[str, Any], label: str) -> Layer:
    """Return the layer that a Python mapping makes, shaped as kos.toml is. Bytes are taken as text."""
    return _named(_as_text(values), {}, Origin(label))


def merge(layers: list[Layer]) -> Layer:
    """Return the layers laid over one another, the last one on top."""
    tree: dict[str, Any] = {}
    origins: dict[Path, Origin] = {}
    for layer in layers:
        _lay(tree, origins, layer.tree, layer.origins, (), _root_origin(layer))
    for key in ("mounts", "devices"):
        table = tree.get(key)
        if isinstance(table, dict):
            tree[key] = {
                name: item
                for name, item in table.items()
                if not (isinstance(item, dict) and item.get("driver") == "none")
            }
    return Layer(tree, origins)


def origin_of(origins: Mapping[Path, Origin], path: Path) -> Origin:
    """Return where the value at this path was written, or the nearest table around it; DEFAULT if nowhere."""
    for length in range(len(path), -1, -1):
        origin = origins.get(path[:length])
        if origin is not None:
            return origin
    return DEFAULT


def shown(path: Path) -> str:
    """Return a path as a person looks for it in kos.toml: "[scheduler] quantum", "[[mounts]] / size", "hostname"."""
    if not path:
        return "the configuration"
    if path[0] in NAMED and len(path) > 1:
        head = f"[users.{path[1]}]" if path[0] == "users" else f"[[{path[0]}]] {path[1]}"
        rest = path[2:]
    elif len(path) == 1:
        return path[0]
    else:
        head, rest = f"[{path[0]}]", path[1:]
    return " ".join([head, ".".join(rest)]).strip()


# --- laying one over the other ---------------------------------------------------------------------------------------


def _root_origin(layer: Layer) -> Origin:
    return layer.origins.get((), DEFAULT)


def _lay(
    tree: dict[str, Any],
    origins: dict[Path, Origin],
    over: Mapping[str, Any],
    lines: Mapping[Path, Origin],
    at: Path,
    near: Origin,
) -> None:
    near = lines.get(at, near)
    if "driver" in over and "driver" in tree and over["driver"] != tree["driver"] and at and at[0] in _DRIVEN:
        for key in [key for key in tree if key not in _COMMON.get(at[0], ())]:
            del tree[key]
            _forget(origins, (*at, key))
    identity = NAMED[at[0]][0] if len(at) == 2 and at[0] in NAMED else None
    for key, value in over.items():
        if key == identity and tree.get(key) == value:
            continue  # said again only to tell which item is meant
        path = (*at, key)
        origin = lines.get(path, near)
        if isinstance(value, dict):
            below = tree.get(key)
            if isinstance(below, str) and path[0] in _DRIVEN:
                below = {"driver": below}
            if not isinstance(below, dict):
                below = {}
                _forget(origins, path)
            tree[key] = below
            origins.setdefault(path, origin)
            _lay(below, origins, value, lines, path, origin)
        else:
            tree[key] = value
            _forget(origins, path)
            origins[path] = origin


def _forget(origins: dict[Path, Origin], path: Path) -> None:
    for known in [known for known in origins if known[: len(path)] == path]:
        del origins[known]


# --- lists by name ---------------------------------------------------------------------------------------------------


def _named(raw: Mapping[str, Any], lines: dict[Path, Origin], root: Origin) -> Layer:
    """Return a layer in which named lists are tables and a driver's bare name is its table."""
    tree: dict[str, Any] = {}
    origins: dict[Path, Origin] = {(): root}
    for key, value in raw.items():
        if key in NAMED and isinstance(value, list):
            field, instead = NAMED[key]
            table: dict[str, Any] = {}
            for position, item in enumerate(value):
                here = (key, str(position))
                origin = origin_of(lines, here) if lines else root
                if not isinstance(item, dict):
                    raise ConfigError(f"{origin}: [[{key}]]: expected a table, got {item!r}")
                name = item.get(field, item.get(instead) if instead else None)
                if not isinstance(name, str) or not name:
                    raise ConfigError(
                        f"{origin}: [[{key}]]: {field} is missing"
                        if name is None
                        else f"{origin}: [[{key}]] {field}: expected text in quotes, got {name!r}"
                    )
                name = _tidy(key, name)
                if name in table:
                    raise ConfigError(
                        f"{origin}: [[{key}]]: a second one with {field} {name!r}; the first is at "
                        f"{origin_of(origins, (key, name))}"
                    )
                table[name] = {**item, field: name}
                for path, line in lines.items():
                    if path[:2] == here:
                        origins[(key, name, *path[2:])] = line
            tree[key] = table
        elif key in NAMED and isinstance(value, dict):
            field, _ = NAMED[key]
            tidy = {_tidy(key, name): item for name, item in value.items()}
            tree[key] = {
                n: {field: n, **item} if isinstance(item, dict) else {field: n, "driver": item}
                for n, item in tidy.items()
            }
            origins.update(
                {(key, _tidy(key, path[1]), *path[2:]): o for path, o in lines.items() if path[0] == key and path[1:]}
            )
        elif key in _DRIVEN and isinstance(value, str):
            tree[key] = {"driver": value}
            origins[(key, "driver")] = lines.get((key,), root)
        else:
            tree[key] = value
            origins.update({path: origin for path, origin in lines.items() if path[0] == key})
    return Layer(tree, origins)


def _tidy(key: str, name: str) -> str:
    """Return the name under which layers meet: a mount's target without doubled or trailing slashes."""
    return "/" + posixpath.normpath(name).lstrip("/") if key == "mounts" and name.startswith("/") else name


def _as_text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return {_as_text(key): _as_text(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_as_text(item) for item in value]
    return value


def _key_parts(key: str) -> list[str]:
    """Return the parts of a dotted key; [] if it is none."""
    if not re.fullmatch(rf"{_PART}(?:\.{_PART})*", key):
        return []
    return [double or single or bare.strip() for double, single, bare in re.findall(_PART, key)]


_PART = r"""\s*(?:"([^"]+)"|'([^']+)'|([^."'\s]+))\s*"""

# --- lines of keys ---------------------------------------------------------------------------------------------------

_STRING = r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'(?:.|\n)*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
_TOKEN = re.compile(
    rf"(?P<string>{_STRING})|(?P<comment>#[^\n]*)|(?P<newline>\n)|(?P<mark>[\[\]{{}}=,])|(?P<other>[^\s\[\]{{}}=,#\"']+)|(?P<space>[^\S\n]+)|(?P<odd>.)",
    re.DOTALL,
)


def key_lines(text: str) -> dict[Path, int]:
    """Return the line of every key and table header of a TOML text that parses. Items of lists of tables count from "0".

    tomllib tells no lines, and all that is needed is where keys stand, so this looks at brackets, strings and `=` alone.
    """
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for line, tokens in _statements(text):
        if tokens[0] == "[":
            double = tokens[1:2] == ["["]
            names = _dotted(tokens[2:-2] if double else tokens[1:-1])
            table = ()
            for depth, name in enumerate(names):
                table = (*table, name)
                last = depth == len(names) - 1
                if double and last:
                    counts[table] = counts.get(table, -1) + 1
                if table in counts:
                    found.setdefault(table, line)
                    table = (*table, str(counts[table]))
            found.setdefault(table, line)
        elif "=" in tokens:
            path = table
            for name in _dotted(tokens[: tokens.index("=")]):
                path = (*path, name)
                found.setdefault(path, line)
    return found


def _statements(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, tokens up to and with the first "=" or the whole header) of each statement."""
    line, start, depth, in_value, tokens = 1, 1, 0, False, list[str]()
    for match in _TOKEN.finditer(text + "\n"):
        kind, word = match.lastgroup, match[0]
        if kind == "newline" and depth <= 0:
            if tokens:
                yield start, tokens
            depth, in_value, tokens = 0, False, []
        elif kind in ("string", "mark", "other", "odd"):
            if not tokens:
                start = line
            if not in_value:
                tokens.append(word)
                in_value = word == "="
            elif kind == "mark":
                depth += (word in "[{") - (word in "]}")
        line += word.count("\n")
    if tokens:
        yield start, tokens


def _dotted(tokens: list[str]) -> list[str]:
    """Return the parts of a key that was cut into tokens. `a . "b.c"` may come as one token or several."""
    parts: list[str] = []
    for token in tokens:
        if token[:1] in ("'", '"'):
            try:
                parts.append(str(tomllib.loads(f"k = {token}")["k"]))
            except tomllib.TOMLDecodeError:
                parts.append(token[1:-1])
        else:
            parts += [part for part in token.split(".") if part]
    return parts

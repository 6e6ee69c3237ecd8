"""The reference is complete and as the code is."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

import pytest

from kos_kernel import api, errors
from kos_kernel.firstparty import FIRST_PARTY
from kos_kernel.hookspecs import HOOKS
from kos_kernel.syscalls import Syscalls

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
NAMES = ["hooks.md", "driver-contracts.md", "system-calls.md", "errors.md", "configuration.md", "command-line.md"]
NAMES += ["python-api.md", "plugin-api.md", "conformance.md", "gnu-options.md"]


def text(name: str) -> str:
    return (REFERENCE / name).read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_as_the_code_is(make, name):
    assert make.make(name) == text(name), f"docs/reference/{name} is not as the code is: python docs/reference/make.py"


def test_every_made_page_is_checked(make):
    assert set(make.PAGES) == set(NAMES)


def test_every_hook_stands_there_with_its_signature():
    page = text("hooks.md")
    for group, hook in HOOKS.items():
        assert f"def {hook.name}() -> Iterable[{hook.record.__name__}]: ..." in page
        assert f"`{group}`" in page
        for field in hook.record._fields:
            assert re.search(rf"class {hook.record.__name__}\(NamedTuple\):(\n    .*)*\n    {field}: ", page), field


def test_every_system_call_stands_there_with_its_parameters():
    page = text("system-calls.md")
    for name, call in inspect.getmembers(Syscalls, callable):
        if name.startswith("_"):
            continue
        section = page.partition(f"### {name}\n")[2].partition("\n### ")[0]
        shown = section.partition("```python\n")[2].partition("```")[0]
        parameters = list(inspect.signature(call).parameters)[1:]
        # what each parameter begins with, in the order of the signature
        assert (
            re.findall(r"(?:[(,*]\s*)(\w+)(?=[:,)=])", re.sub(r"\[[^\[\]]*(\[[^\]]*\])*[^\[\]]*\]", "", shown))
            == parameters
        ), name
        assert "Errors: " in section, name


def test_every_error_that_a_call_is_said_to_raise_exists():
    for name, call in inspect.getmembers(Syscalls, callable):
        said = re.search(r"Raises (.*)", inspect.getdoc(call) or "", re.DOTALL)
        if name.startswith("_") or said is None:
            continue
        for word in re.findall(r"(?:^|[,;] |or )([A-Z][a-z]+[A-Z]\w+)", said[1].split(".")[0]):
            assert hasattr(errors, word), f"the docstring of {name} says that it raises {word}"


def test_every_error_stands_there():
    page = text("errors.md")
    for cause in errors.BY_ERRNO.values():
        assert f"| {cause.ERRNO} | `{cause.NAME}` | `{cause.__name__}`" in page
        assert cause.TEXT in page
    for name, value in vars(errors).items():
        if isinstance(value, type) and issubclass(value, errors.KosError):
            assert re.search(rf"^##+ {name}$", page, re.MULTILINE), name


def test_every_key_of_the_configuration_is_described(make):
    make.make("configuration.md")
    assert sys.modules["pages.settings"].undescribed() == []


def test_every_first_party_driver_stands_there():
    page = text("configuration.md")
    for group, name in FIRST_PARTY:
        if group not in ("kos.program", "kos.command"):
            assert re.search(rf"^### {name}$|`{name}` \({group}", page, re.MULTILINE), f"{group} {name}"


def test_every_flag_that_help_shows_stands_there():
    from kos_cli.options import COMMAND, MACHINE_OPTIONS

    page = text("command-line.md")
    for option in (COMMAND, *MACHINE_OPTIONS):
        for flag in option.flags:
            assert f"{flag}" in page, flag
        assert option.help.replace("<", "&lt;").replace("*", "\\*").replace("[", "\\[") in page, option.name


def test_every_name_of_the_plugin_api_stands_there():
    page = text("plugin-api.md")
    known = {name for name, value in vars(errors).items() if isinstance(value, type)} | {
        "sys_error",
        "from_host",
        "annotations",
    }
    missing = [name for name in dir(api) if name.isidentifier() and f"`{name}`" not in page and name not in known]
    assert not missing


def test_the_statuses_named_are_those_of_the_code():
    from kos_cli import errors as said
    from kos_cli.runner import TIMED_OUT

    page = text("exit-status.md")
    for status in (said.USAGE, TIMED_OUT, said.BROKEN_PIPE, said.INTERRUPTED):
        assert str(status) in page

"""Finding, loading and checking drivers, and what is said when one can't be had."""

from __future__ import annotations

import sys

import pytest

from kos_kernel.contracts.records import SchedulerDriver
from kos_kernel.errors import PluginError


def message(call) -> str:
    with pytest.raises(PluginError) as caught:
        call()
    return str(caught.value)


def test_a_driver_is_found_loaded_and_made(site):
    package = site.install_scheduler("kos-sched-mine", "lifo")
    registry = site.registry()
    record = registry.record("kos.scheduler", "lifo")
    assert isinstance(record, SchedulerDriver)
    assert record.make == f"{package}.algorithm:Lifo"
    assert registry.factory("kos.scheduler", "lifo")(None, None).options is None


def test_listing_drivers_imports_none_of_them(site):
    package = site.install_scheduler("kos-sched-mine", "lifo")
    assert [(e.name, e.source) for e in site.registry().entries("kos.scheduler")] == [("lifo", "kos-sched-mine 1.0")]
    assert not [name for name in sys.modules if name.startswith(package)]


def test_knowing_a_driver_does_not_import_its_algorithm(site):
    package = site.install_scheduler("kos-sched-mine", "lifo")
    site.registry().record("kos.scheduler", "lifo")
    assert f"{package}.plugin" in sys.modules
    assert f"{package}.algorithm" not in sys.modules


def test_a_second_process_imports_no_plugin_module_to_know_a_driver(site):
    package = site.install_scheduler("kos-sched-mine", "lifo")
    first = site.registry()
    expected = first.record("kos.scheduler", "lifo")
    first.flush()
    del sys.modules[f"{package}.plugin"]
    assert site.registry().record("kos.scheduler", "lifo") == expected
    assert f"{package}.plugin" not in sys.modules


def test_an_edited_plugin_module_is_asked_again(site):
    package = site.install_scheduler("kos-sched-mine", "lifo", record='summary="old"')
    first = site.registry()
    assert first.record("kos.scheduler", "lifo").summary == "old"
    first.flush()
    plugin = site.folder / package / "plugin.py"
    plugin.write_text(plugin.read_text().replace("old", "newer"))
    del sys.modules[f"{package}.plugin"]
    assert site.registry().record("kos.scheduler", "lifo").summary == "newer"


def test_an_installed_plugin_is_seen_although_the_cache_is_warm(site):
    site.install_scheduler("kos-sched-mine", "lifo")
    first = site.registry()
    first.record("kos.scheduler", "lifo")
    first.flush()
    site.install_scheduler("kos-sched-other", "random")
    site.age(by=10**9)
    assert site.registry().record("kos.scheduler", "random").name == "random"


def test_an_uninstalled_plugin_is_gone_although_the_cache_is_warm(site):
    site.install_scheduler("kos-sched-mine", "lifo")
    first = site.registry()
    first.record("kos.scheduler", "lifo")
    first.flush()
    for name in ("METADATA", "entry_points.txt"):
        (site.folder / "kos_sched_mine-1.0.dist-info" / name).unlink()
    (site.folder / "kos_sched_mine-1.0.dist-info").rmdir()
    assert "no scheduler named 'lifo'" in message(lambda: site.registry().record("kos.scheduler", "lifo"))


def test_a_reinstalled_plugin_with_other_entries_is_seen_at_once(site):
    package = site.install_scheduler("kos-sched-mine", "lifo")
    first = site.registry()
    first.entries()
    first.flush()
    site.install("kos-sched-mine", {"kos.scheduler": {"stack": f"{package}.plugin"}})
    site.age(by=10**9)
    assert [entry.name for entry in site.registry().entries("kos.scheduler")] == ["stack"]


def test_an_unwritable_cache_is_slow_and_no_error(site):
    site.install_scheduler("kos-sched-mine", "lifo")
    site.cache.write_text("a file where the folder should be")
    registry = site.registry()
    registry.record("kos.scheduler", "lifo")
    registry.flush()
    assert site.registry().record("kos.scheduler", "lifo").name == "lifo"


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b'{"identity": []}', b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_cache_is_passed_over(site, garbage):
    site.install_scheduler("kos-sched-mine", "lifo")
    first = site.registry()
    first.record("kos.scheduler", "lifo")
    first.flush()
    (kept,) = site.cache.iterdir()
    kept.write_bytes(garbage)
    assert site.registry().record("kos.scheduler", "lifo").name == "lifo"


def test_a_cache_that_others_may_write_is_not_believed(site):
    package = site.install_scheduler("kos-sched-mine", "lifo")
    first = site.registry()
    first.record("kos.scheduler", "lifo")
    first.flush()
    (kept,) = site.cache.iterdir()
    kept.write_text(kept.read_text().replace(f"{package}.algorithm:Lifo", "os:system"))
    kept.chmod(0o666)
    assert site.registry().record("kos.scheduler", "lifo").make == f"{package}.algorithm:Lifo"


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_an_unknown_driver_is_answered_with_what_is_installed_and_the_likely_name(site):
    site.install_scheduler("kos-sched-mine", "lifo")
    assert message(lambda: site.registry().record("kos.scheduler", "lfio", where="kos.toml: [scheduler] driver")) == (
        "no scheduler named 'lfio' (kos.toml: [scheduler] driver)\n"
        "  installed: lifo (kos-sched-mine 1.0)\n"
        "  did you mean 'lifo'?"
    )


def test_a_missing_first_party_driver_is_answered_with_the_distribution_to_install(site):
    assert message(lambda: site.registry().record("kos.fs", "host")) == (
        "no filesystem named 'host'\n  installed: none\n  'host' comes with kos-fs-host: pip install kos-fs-host"
    )


def test_a_misspelt_driver_that_is_not_installed_either_names_its_distribution(site):
    assert "did you mean 'priority'? (pip install kos-sched-classic)" in message(
        lambda: site.registry().record("kos.scheduler", "prioritiy")
    )


def test_two_distributions_with_one_name_are_both_named_and_neither_is_imported(site):
    one = site.install_scheduler("kos-sched-mine", "lifo")
    two = site.install_scheduler("kos-sched-yours", "lifo")
    text = message(lambda: site.registry().record("kos.scheduler", "lifo"))
    assert "kos-sched-mine 1.0" in text
    assert "kos-sched-yours 1.0" in text
    assert not [name for name in sys.modules if name.startswith((one, two))]


def test_two_distributions_with_one_name_and_one_module_are_told_apart_too(site):
    package = site.install_scheduler("kos-sched-mine", "lifo")
    site.install("kos-sched-copy", {"kos.scheduler": {"lifo": f"{package}.plugin"}})
    text = message(lambda: site.registry().record("kos.scheduler", "lifo"))
    assert "kos-sched-mine 1.0" in text
    assert "kos-sched-copy 1.0" in text


def test_a_conflict_is_no_concern_of_a_machine_that_names_another_driver(site):
    site.install_scheduler("kos-sched-mine", "lifo")
    site.install_scheduler("kos-sched-yours", "lifo")
    site.install_scheduler("kos-sched-other", "random")
    assert site.registry().record("kos.scheduler", "random").name == "random"


def test_disabling_one_of_two_rivals_leaves_the_other(site):
    site.install_scheduler("kos-sched-mine", "lifo")
    package = site.install_scheduler("kos-sched-yours", "lifo")
    record = site.registry().record("kos.scheduler", "lifo", disabled={"kos-sched-mine"})
    assert record.make == f"{package}.algorithm:Lifo"


def test_a_driver_of_a_disabled_distribution_is_refused_by_name(site):
    site.install_scheduler("kos-sched-mine", "lifo")
    text = message(lambda: site.registry().record("kos.scheduler", "lifo", disabled={"kos-sched-mine"}))
    assert "kos-sched-mine 1.0, which is disabled" in text


def test_safe_mode_leaves_third_party_plugins_out(site):
    package = site.install_scheduler("kos-sched-mine", "lifo")
    site.install_scheduler("kos-sched-classic", "fifo")
    registry = site.registry(safe_mode=True)
    assert registry.record("kos.scheduler", "fifo").name == "fifo"
    assert "safe mode leaves out" in message(lambda: registry.record("kos.scheduler", "lifo"))
    assert not [name for name in sys.modules if name.startswith(package)]


BROKEN = {
    "raises while it is imported": ("raise RuntimeError('boom')", "can't be imported: RuntimeError: boom"),
    "exits while it is imported": ("raise SystemExit(3)", "can't be imported: SystemExit: 3"),
    "isn't Python": ("def (:", "can't be imported: SyntaxError"),
    "needs what isn't there": ("import no_such_library", "needs no_such_library that isn't installed"),
    "has no hook": ("x = 1", "has no hook 'kos_scheduler_drivers'"),
    "misspells the hook": (
        """
        from kos_kernel.hookspecs.markers import hookimpl
        @hookimpl
        def kos_scheduler_driver(): return []
        """,
        "did you mean 'kos_scheduler_drivers'?",
    ),
    "has a hook with an argument too many": (
        """
        from kos_kernel.hookspecs.markers import hookimpl
        @hookimpl
        def kos_scheduler_drivers(machine): return []
        """,
        "doesn't fit this kos",
    ),
    "has a hook that raises": (
        """
        from kos_kernel.hookspecs.markers import hookimpl
        @hookimpl
        def kos_scheduler_drivers(): raise KeyError("x")
        """,
        "kos_scheduler_drivers() failed: KeyError",
    ),
    "has a hook that returns nothing": (
        """
        from kos_kernel.hookspecs.markers import hookimpl
        @hookimpl
        def kos_scheduler_drivers(): pass
        """,
        "kos_scheduler_drivers() failed: TypeError",
    ),
    "announces another name": (
        """
        from kos_kernel.contracts.records import SchedulerDriver
        from kos_kernel.hookspecs.markers import hookimpl
        @hookimpl
        def kos_scheduler_drivers(): yield SchedulerDriver("filo", 1, "a.b:C")
        """,
        "announces no driver of that name, only 'filo'",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_plugin_names_itself_when_it(site, case):
    plugin, expected = BROKEN[case]
    site.install_scheduler("kos-sched-mine", "lifo", plugin=plugin)
    text = message(lambda: site.registry().record("kos.scheduler", "lifo"))
    assert expected in text
    assert "plugin 'lifo' (kos.scheduler, from kos-sched-mine 1.0)" in text


RECORDS = {
    "of another kind": ('FsDriver("lifo", 1, "a.b:C")', "expected a SchedulerDriver, got FsDriver"),
    "that is no record": ('{"name": "lifo"}', "expected a SchedulerDriver, got dict"),
    "whose contract is text": ('SchedulerDriver("lifo", "1", "a.b:C")', "contract should be int, and is '1'"),
    "of a future contract": ('SchedulerDriver("lifo", 9, "a.b:C")', "speaks 1 to 1: install a newer kos"),
    "of a forgotten contract": ('SchedulerDriver("lifo", 0, "a.b:C")', "install a newer version of the plugin"),
    "that makes a class": ('SchedulerDriver("lifo", 1, SchedulerDriver)', "make should be str"),
    "that makes nothing": (
        'SchedulerDriver("lifo", 1, "a.b.C")',
        "make should be 'package.module:Name', and is 'a.b.C'",
    ),
    "whose options are no name": (
        'SchedulerDriver("lifo", 1, "a.b:C", options="Opt")',
        "options should be 'package.module:Name'",
    ),
    "whose abilities are a list": (
        'SchedulerDriver("lifo", 1, "a:C", capabilities=["x"])',
        "capabilities should be frozenset",
    ),
    "with an impossible name": ('SchedulerDriver("Li fo", 1, "a.b:C")', "is no driver name"),
}


@pytest.mark.parametrize("case", RECORDS)
def test_a_wrong_record_is_refused_with_the_rule_it_breaks(site, case):
    record, expected = RECORDS[case]
    plugin = f"""
        from kos_kernel.contracts.records import FsDriver, SchedulerDriver
        from kos_kernel.hookspecs.markers import hookimpl
        @hookimpl
        def kos_scheduler_drivers(): yield {record}
    """
    site.install_scheduler("kos-sched-mine", "lifo", plugin=plugin)
    assert expected in message(lambda: site.registry().record("kos.scheduler", "lifo"))


def test_a_plugin_that_was_refused_is_asked_anew_and_gives_the_same_answer(site):
    site.install_scheduler("kos-sched-mine", "lifo", record="summary=3")
    registry = site.registry()
    first = message(lambda: registry.record("kos.scheduler", "lifo"))
    assert message(lambda: registry.record("kos.scheduler", "lifo")) == first


def test_one_module_serves_several_names_of_its_distribution(site):
    plugin = """
        from kos_kernel.contracts.records import SchedulerDriver
        from kos_kernel.hookspecs.markers import hookimpl
        @hookimpl
        def kos_scheduler_drivers():
            yield SchedulerDriver("one", 1, "a.b:One")
            yield SchedulerDriver("two", 1, "a.b:Two")
    """
    package = site.install_scheduler("kos-sched-mine", "one", plugin=plugin)
    site.install("kos-sched-mine", {"kos.scheduler": {"one": f"{package}.plugin", "two": f"{package}.plugin"}})
    registry = site.registry()
    assert registry.record("kos.scheduler", "one").make == "a.b:One"
    assert registry.record("kos.scheduler", "two").make == "a.b:Two"


def test_an_entry_that_names_an_object_is_told_to_name_a_module(site):
    site.install("kos-sched-mine", {"kos.scheduler": {"lifo": "some.module:Lifo"}})
    assert "must be a module, not 'some.module:Lifo'" in message(
        lambda: site.registry().record("kos.scheduler", "lifo")
    )


def test_a_factory_that_is_not_there_is_answered_with_the_likely_name(site):
    package = site.install_scheduler("kos-sched-mine", "lifo")
    site.write(f"{package}/algorithm.py", "class Lifoo: pass")
    assert "did you mean 'Lifoo'?" in message(lambda: site.registry().factory("kos.scheduler", "lifo"))


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_finds_every_fault_and_keeps_what_is_right(site):
    site.install_scheduler("kos-sched-good", "good")
    site.install_scheduler("kos-sched-bad", "bad", plugin="raise RuntimeError('boom')")
    site.install_scheduler("kos-sched-twin", "twin")
    site.install_scheduler("kos-sched-mate", "twin")
    site.install_scheduler("kos-sched-odd", "odd", record='options="json:loads"')
    site.install("kos-odd-group", {"kos.flavour": {"x": "y"}})
    found = {(f.entry.distribution): f.problem for f in site.registry().check()}
    assert found["kos-sched-good"] is None
    assert "boom" in found["kos-sched-bad"]
    assert "kos-sched-mate 1.0 announces the same name" in found["kos-sched-twin"]
    assert "should be a pydantic model" in found["kos-sched-odd"]
    assert "knows no group 'kos.flavour'" in found["kos-odd-group"]


def test_check_of_one_name_looks_at_nothing_else(site):
    site.install_scheduler("kos-sched-good", "good")
    package = site.install_scheduler("kos-sched-bad", "bad", plugin="raise RuntimeError('boom')")
    assert [f.problem for f in site.registry().check("good")] == [None]
    assert [f.problem for f in site.registry().check("kos-sched-good")] == [None]
    assert package not in sys.modules


def test_check_of_an_unknown_name_suggests_one(site):
    site.install_scheduler("kos-sched-good", "good")
    assert "did you mean 'good'?" in message(lambda: site.registry().check("goood"))


# --- programs --------------------------------------------------------------------------------------------------------


def family(site, distribution: str, name: str, programs: dict[str, str]) -> None:
    package = f"{distribution.replace('-', '_')}_{name}"
    plugin = f"""
        from kos_kernel.contracts.records import ProgramFamily
        from kos_kernel.hookspecs.markers import hookimpl
        @hookimpl
        def kos_program_families(): yield ProgramFamily({name!r}, 1, {programs!r})
    """
    site.install(distribution, {"kos.program": {name: f"{package}.plugin"}}, {f"{package}/plugin.py": plugin})


def test_programs_of_all_families_are_listed_and_first_party_ones_win(site):
    family(site, "kos-coreutils", "coreutils", {"ls": "c.ls:main", "cat": "c.cat:main"})
    family(site, "acme-tools", "acme", {"ls": "acme.ls:main", "frob": "acme.frob:main"})
    table = site.registry().programs()
    assert {name: program.target for name, program in table.items()} == {
        "cat": "c.cat:main",
        "frob": "acme.frob:main",
        "ls": "c.ls:main",
    }
    assert table["frob"].distribution == "acme-tools"


def test_families_that_are_named_come_in_that_order(site):
    family(site, "kos-coreutils", "coreutils", {"ls": "c.ls:main"})
    family(site, "acme-tools", "acme", {"ls": "acme.ls:main"})
    assert site.registry().programs(["acme", "coreutils"])["ls"].target == "acme.ls:main"


def test_a_broken_family_that_nobody_named_is_passed_over_and_noted(site):
    family(site, "kos-coreutils", "coreutils", {"ls": "c.ls:main"})
    site.install("acme-tools", {"kos.program": {"acme": "acme_is_not_there"}})
    registry = site.registry()
    assert list(registry.programs()) == ["ls"]
    assert "acme-tools announces a module that it doesn't contain" in registry.problems[0]
    with pytest.raises(PluginError):
        registry.programs(["acme"])

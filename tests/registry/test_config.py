"""kos.toml, --set and arguments: what they make, what is remembered, and what a mistake reads like."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from kos_kernel import config
from kos_kernel.contracts.machine import DriverConfig, MountConfig, Options, UserConfig, from_plain, to_plain
from kos_kernel.errors import ConfigError, KosError, PluginError
from kos_kernel.firstparty import FIRST_PARTY


@pytest.fixture
def registry(standard):
    return standard.registry()


@pytest.fixture
def toml(tmp_path):
    def write(text: str):
        path = tmp_path / "kos.toml"
        path.write_text(text)
        return path

    return write


def mistake(call) -> str:
    with pytest.raises(KosError) as caught:
        call()
    return str(caught.value)


def test_defaults_are_a_small_linux_without_a_network(registry):
    made = config.load(registry)
    assert made.scheduler == DriverConfig("rr", Options({"quantum_ns": 10_000_000}))
    assert [(m.target, m.driver) for m in made.mounts] == [
        (b"/", "memory"),
        (b"/proc", "proc"),
        (b"/dev", "dev"),
        (b"/tmp", "memory"),
    ]
    assert [d.name for d in made.devices] == ["null", "zero", "full", "random", "urandom", "tty", "pty"]
    assert (made.clock, made.seed, made.cpus, made.memory) == ("wall", None, 1, 512 * 1024**2)
    assert made.network.interfaces == ()
    assert [p.driver for p in made.network.protocols] == ["unix"]
    assert [f.driver for f in made.formats] == ["script", "program"]
    assert made.users[0] == UserConfig("root", 0, 0, b"/root")
    assert made.env[b"LANG"] == b"C.UTF-8"


def test_every_key_of_the_file_arrives(registry, toml, tmp_path):
    made = config.load(
        registry,
        toml(
            """
            hostname = "kaede"
            cpus = 2
            memory = "1GiB"
            clock = "virtual"
            seed = 7
            epoch = 2026-01-01T00:00:00Z

            [scheduler]
            driver = "rr"
            quantum = "5ms"

            [[mounts]]
            target = "/data/"
            driver = "host"
            source = "./data"
            flags = ["nosuid"]

            [[devices]]
            driver = "ramdisk"
            name = "vda"

            [limits]
            processes = 10
            cpu = "30s"
            disk = "10MiB"
            file_size = "unlimited"

            [network]
            interfaces = ["lo"]

            [init]
            units = false

            [users.alice]
            uid = 1001
            groups = ["wheel"]

            [env]
            EDITOR = "ed"

            [trace]
            observers = ["strace"]

            [plugins]
            disable = ["Kos_Net.Host"]
            """
        ),
    )
    assert (made.hostname, made.cpus, made.memory, made.clock, made.seed) == ("kaede", 2, 1024**3, "virtual", 7)
    assert made.epoch_ns == 1_767_225_600_000_000_000
    assert made.scheduler.options.quantum_ns == 5_000_000
    source = str(tmp_path / "data")
    assert made.mounts[-1] == MountConfig(
        b"/data", "host", Options({"source": source, "mode": "ro"}), ("nosuid",), b"host", (source,)
    )
    assert made.devices[-1].name == "vda"
    assert (made.limits.processes, made.limits.cpu_ns, made.limits.disk) == (10, 30 * 10**9, 10 * 1024**2)
    assert made.limits.file_size is None
    assert [p.driver for p in made.network.protocols] == ["unix", "loopback"]
    assert made.init.units is False
    assert made.users[-1] == UserConfig("alice", 1001, 1001, b"/home/alice", b"/bin/sh", ("wheel",))
    assert made.env[b"EDITOR"] == b"ed"
    assert made.env[b"LANG"] == b"C.UTF-8"
    assert [o.driver for o in made.observers] == ["strace"]
    assert made.disabled == ("kos-net-host",)


def test_parents_are_mounted_before_children(registry):
    made = config.load(registry, {"mounts": [{"target": t, "driver": "memory"} for t in ("/a/b", "/a", "/z")]})
    order = [mount.target for mount in made.mounts]
    assert order[0] == b"/"
    assert order.index(b"/a") < order.index(b"/a/b")


def test_a_mount_of_the_same_target_replaces_the_default_and_none_removes_it(registry):
    made = config.load(
        registry, {"mounts": {"/": {"driver": "host", "source": "/srv"}, "/tmp": "none", "/proc": {"driver": "none"}}}
    )
    assert [(m.target, m.driver) for m in made.mounts] == [(b"/", "host"), (b"/dev", "dev")]


# --- layers ----------------------------------------------------------------------------------------------------------


def test_set_lies_over_the_file_and_arguments_over_both(registry, toml):
    path = toml("cpus = 2\nhostname = 'file'\n[limits]\nprocesses = 5\nopen_files = 6\n")
    made = config.load(registry, path, sets=["cpus=3", "limits.processes=7"], overrides={"cpus": 4})
    assert (made.cpus, made.hostname, made.limits.processes, made.limits.open_files) == (4, "file", 7, 6)


def test_changing_the_driver_drops_the_old_drivers_options(registry, toml):
    path = toml('[scheduler]\ndriver = "rr"\nquantum = "5ms"\n')
    assert config.load(registry, path, sets=["scheduler.driver=priority"]).scheduler.options == Options({"level": 3})
    assert config.load(registry, path, sets=["scheduler.driver=rr"]).scheduler.options.quantum_ns == 5_000_000


def test_another_root_filesystem_is_one_setting(registry, tmp_path):
    made = config.load(registry, sets=["mounts./.driver=host", f"mounts./.source={tmp_path}"])
    assert made.mounts[0].driver == "host"
    assert made.mounts[0].grants == (str(tmp_path),)


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        ("env.A=plain", b"plain"),
        ("env.A=/x:/y", b"/x:/y"),
        ("env.A='7'", b"7"),
        ("env.A=a=b", b"a=b"),
        ("env.A=", b""),
        ("env.A=é", "é".encode()),
    ],
)
def test_a_set_value_that_is_no_toml_is_text(registry, assignment, value):
    assert config.load(registry, sets=[assignment]).env[b"A"] == value


def test_a_drivers_bare_name_stands_for_its_table(registry):
    assert config.load(registry, overrides={"scheduler": "fifo"}).scheduler.driver == "fifo"
    assert config.load(registry, {"scheduler": "fifo"}).scheduler.driver == "fifo"
    assert config.load(registry, sets=["scheduler=fifo"]).scheduler.driver == "fifo"


def test_simple_arguments_do_not_make_a_new_configuration(registry):
    config.load(registry)
    before = len(registry.configs)
    made = config.load(registry, overrides={"seed": 3, "clock": "virtual", "hostname": "h", "env": {"A": "b"}})
    assert (made.seed, made.clock, made.hostname, made.env[b"A"]) == (3, "virtual", "h", b"b")
    assert made.env[b"LANG"] == b"C.UTF-8"
    assert len(registry.configs) == before


def test_a_ready_configuration_passes_with_simple_arguments_only(registry):
    ready = config.load(registry)
    assert config.load(registry, ready, overrides={"seed": 5}).seed == 5
    assert "cpus" in mistake(lambda: config.load(registry, ready, overrides={"cpus": 2}))


def test_a_relative_host_path_starts_at_the_file_not_at_the_current_folder(registry, toml, tmp_path, monkeypatch):
    path = toml('[[mounts]]\ntarget="/d"\ndriver="host"\nsource="x/../data"\n')
    monkeypatch.chdir("/")
    assert config.load(registry, path).mounts[-1].grants == (str(tmp_path / "data"),)


# --- mistakes --------------------------------------------------------------------------------------------------------

MISTAKES = {
    "unknown key": ("cpus = 2\nhostnam = 'x'\n", "kos.toml:2: hostnam: no such key; did you mean 'hostname'?"),
    "unknown key in a table": (
        "[limits]\nproceses = 3\n",
        "kos.toml:2: [limits] proceses: no such key; did you mean 'processes'?",
    ),
    "wrong type": ("cpus = 'two'\n", "kos.toml:1: cpus: expected a whole number, got 'two'"),
    "true is no number": ("cpus = true\n", "kos.toml:1: cpus: expected a whole number, got true"),
    "out of range": ("\n\ncpus = 0\n", "kos.toml:3: cpus: expected at least 1, got 0"),
    "a choice": ("clock = 'real'\n", "kos.toml:1: clock: expected 'wall' or 'virtual', got 'real'"),
    "a size": ("memory = '12 potatoes'\n", "kos.toml:1: memory: expected a size such as '256MiB'"),
    "a duration": (
        "[limits]\ncpu = 30\n",
        "kos.toml:2: [limits] cpu: expected a duration with its unit in quotes, such as '10ms', got 30",
    ),
    "a driver's option": (
        '[scheduler]\ndriver = "rr"\nquantum = "10 parsecs"\n',
        "kos.toml:3: [scheduler] quantum: expected a duration such as '10ms'",
    ),
    "an unknown option of a driver": (
        '[scheduler]\ndriver = "rr"\nquantom = "10ms"\n',
        "kos.toml:3: [scheduler] quantom: no such key; did you mean 'quantum'? the driver 'rr' knows quantum",
    ),
    "an option that the driver's model would ignore": (
        '[scheduler]\ndriver = "priority"\nlevels = 4\n',
        "kos.toml:3: [scheduler] levels: no such key; did you mean 'level'?",
    ),
    "an option of a driver without any": (
        '[scheduler]\ndriver = "fifo"\nquantum = "1ms"\n',
        "kos.toml:3: [scheduler] quantum: the driver 'fifo' takes no options",
    ),
    "a missing option": (
        '[[mounts]]\ntarget = "/d"\ndriver = "host"\n',
        "kos.toml:1: [[mounts]] /d source: is missing",
    ),
    "an unknown driver": (
        '\n[scheduler]\ndriver = "fife"\n',
        "no scheduler named 'fife' (kos.toml:3: [scheduler] driver)\n"
        "  installed: cyclic, fifo, lottery, mlfq, priority, rr, sjf, srtf, stride (kos-sched-classic 0.1.0); "
        "cfs, eevdf (kos-sched-fair 0.1.0); dm, edf, llf, rm (kos-sched-realtime 0.1.0)\n"
        "  did you mean 'fifo'?",
    ),
    "a mount without a target": ("[[mounts]]\ndriver = 'memory'\n", "kos.toml:1: [[mounts]]: target is missing"),
    "a mount without a driver": ("[[mounts]]\ntarget = '/d'\n", "kos.toml:1: [[mounts]] /d driver: is missing"),
    "a relative target": (
        "[[mounts]]\ntarget = 'd'\ndriver = 'memory'\n",
        "kos.toml:2: [[mounts]] d target: expected an absolute path",
    ),
    "a target that climbs": (
        "[[mounts]]\ntarget='x/../../d'\ndriver='memory'\n",
        "expected an absolute path without '..'",
    ),
    "two mounts on one target": (
        "[[mounts]]\ntarget='/d'\ndriver='memory'\n[[mounts]]\ntarget='/d/'\ndriver='memory'\n",
        "kos.toml:4: [[mounts]]: a second one with target '/d'; the first is at kos.toml:1",
    ),
    "no root": ("[[mounts]]\ntarget = '/'\ndriver = 'none'\n", "mounts: there is no filesystem at /"),
    "not TOML": ("cpus = 2\nhostname = kaede\n", "kos.toml:2: not TOML: Invalid value"),
    "a table where text belongs": (
        "[hostname]\nx = 1\n",
        "kos.toml:1: hostname: expected text in quotes, got {'x': 1}",
    ),
    "an interface that no plugin has": (
        "[network]\ninterfaces = ['eth0']\n",
        "kos.toml:2: [network] interfaces.0: expected 'lo', got 'eth0'",
    ),
    "a date": (
        "epoch = 'yesterday'\n",
        "kos.toml:1: epoch: expected a date such as 2026-01-01T00:00:00Z, got 'yesterday'",
    ),
    "a user's name": ("[users.Bob]\nuid = 3\n", "kos.toml:1: [users.Bob] name: expected text that fits"),
    "another root": ("[users.root]\nuid = 3\n", "kos.toml:2: [users.root] uid: root must have the uid 0"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_names_file_line_key_and_what_was_expected(registry, toml, case):
    text, expected = MISTAKES[case]
    path = toml(text)
    assert expected in mistake(lambda: config.load(registry, path)).replace(str(path), "kos.toml")


def test_all_mistakes_are_told_at_once(registry, toml):
    text = mistake(lambda: config.load(registry, toml("cpus = 0\nclock = 'x'\n[limits]\nprocesses = 'y'\n")))
    assert len(text.splitlines()) == 3


def test_mistakes_of_several_drivers_are_told_at_once(registry, toml):
    text = mistake(
        lambda: config.load(
            registry, toml("[scheduler]\ndriver='rr'\nquantum=1\n[[mounts]]\ntarget='/d'\ndriver='host'\nmode='x'\n")
        )
    )
    assert "quantum" in text
    assert "expected 'ro' or 'rw', got 'x'" in text


def test_a_mistake_on_the_command_line_names_the_flag(registry):
    assert mistake(lambda: config.load(registry, sets=["cpus=none"])) == (
        "--set cpus=none: cpus: expected a whole number, got 'none'"
    )
    assert "no scheduler named 'efdf' (--set scheduler.driver=efdf: [scheduler] driver)" in mistake(
        lambda: config.load(registry, sets=["scheduler.driver=efdf"])
    )


@pytest.mark.parametrize("assignment", ["", "x", "=3", "a..b=3", ".a=3", "a.=3"])
def test_a_set_that_is_no_assignment_is_refused(registry, assignment):
    assert "expected KEY=VALUE" in mistake(lambda: config.load(registry, sets=[assignment]))


def test_a_file_that_is_not_there_is_named(registry, tmp_path):
    assert f"can't read the configuration {tmp_path}/none.toml: No such file" in mistake(
        lambda: config.load(registry, tmp_path / "none.toml")
    )


def test_a_file_that_is_no_text_is_named(registry, tmp_path):
    path = tmp_path / "kos.toml"
    path.write_bytes(b"cpus = 1\nhostname = '\xff'\n")
    assert f"{path}:2: not UTF-8" in mistake(lambda: config.load(registry, path))


def test_a_hostile_file_is_an_error_and_no_crash(registry, toml):
    assert "nested too deep" in mistake(lambda: config.load(registry, toml("x = " + "[" * 100_000)))


def test_a_disabled_distributions_driver_is_refused(registry, toml):
    text = mistake(lambda: config.load(registry, toml('[plugins]\ndisable = ["kos-sched-classic"]\n')))
    assert "kos-sched-classic 0.1.0, which is disabled" in text


def test_a_missing_driver_is_a_plugin_error(standard):
    with pytest.raises(PluginError, match="no scheduler named 'nonesuch'"):
        config.load(standard.registry(), sets=["scheduler=nonesuch"])


def test_an_installation_without_plugins_is_told_of_all_of_them_in_one_line(site):
    with pytest.raises(
        PluginError, match=r"not installed: memory, proc, dev, null, .*\n  pip install 'kos\[standard\]'"
    ):
        config.load(site.registry())


def test_a_missing_default_that_is_loaded_on_first_use_does_not_stop_a_boot(standard):
    for name in ("kos_units_service", "kos_container_native", "kos_net_loopback"):
        folder = standard.folder / f"{name}-0.1.0.dist-info"
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    registry = standard.registry()
    made = config.load(registry)
    assert made.network.protocols == ()
    assert made.init.types == ()
    assert len(registry.problems) == 3


# --- what is remembered ----------------------------------------------------------------------------------------------

HEAVY = ("pydantic", "stevedore", "pluggy", "importlib.metadata", "tomllib", "typer", "rich", "dataclasses")
PROBE = """
import json, sys
sys.path.insert(0, {site!r})
from kos_kernel.index import Index
from kos_kernel.registry import Registry
from kos_kernel import config
registry = Registry(Index({cache!r}, [{site!r}]), path=[{site!r}])
made = config.load(registry, {source!r}, sets={sets!r}, overrides={{"seed": 7}})
record = registry.record("kos.scheduler", made.scheduler.driver)
programs = registry.programs()
registry.flush()
print(json.dumps([repr(made), sorted(sys.modules)]))
"""


def probe(site, source, sets=()):
    """Return (the configuration's repr, the modules imported) of a fresh process."""
    code = PROBE.format(site=str(site.folder), cache=str(site.cache), source=source, sets=list(sets))
    root = os.path.dirname(os.path.dirname(os.path.abspath(config.__file__)))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": root}
    )
    made, modules = json.loads(done.stdout)
    return made, set(modules)


@pytest.mark.parametrize("use_file", [False, True], ids=["defaults", "kos.toml"])
def test_a_second_start_imports_none_of_the_heavy_libraries(standard, toml, use_file):
    source = str(toml("cpus = 2\n[scheduler]\ndriver = 'rr'\nquantum = '3ms'\n")) if use_file else None
    cold, cold_modules = probe(standard, source)
    warm, warm_modules = probe(standard, source)
    assert warm == cold
    assert "pydantic" in cold_modules
    assert not [name for name in HEAVY if name in warm_modules]
    assert not [name for name in warm_modules if name.startswith("standard")]


def test_an_edited_file_is_read_again(standard, toml):
    path = str(toml("cpus = 2\n"))
    assert "cpus=2" in probe(standard, path)[0]
    toml("cpus = 3\n")
    assert "cpus=3" in probe(standard, path)[0]


def test_an_edited_options_model_is_asked_again(standard):
    assert "'quantum_ns': 10000000" in probe(standard, None)[0]
    (options,) = standard.folder.glob("standard*/options.py")
    options.write_text(options.read_text().replace("10_000_000", "20_000_000"))
    assert "'quantum_ns': 20000000" in probe(standard, None)[0]


def test_other_settings_are_another_configuration(standard):
    assert "cpus=1" in probe(standard, None)[0]
    assert "cpus=5" in probe(standard, None, ["cpus=5"])[0]
    warm, modules = probe(standard, None, ["cpus=5"])
    assert "cpus=5" in warm
    assert "pydantic" not in modules


def test_a_configuration_comes_back_from_its_plain_form_unchanged(registry):
    made = config.load(registry, {"mounts": [{"target": "/m", "driver": "memory", "size": "1MiB", "weights": [1, 2]}]})
    assert from_plain(json.loads(json.dumps(to_plain(made)))) == made
    assert made.mounts[-1].options.weights == (1, 2)


def test_options_are_frozen(registry):
    options = config.load(registry).scheduler.options
    with pytest.raises(AttributeError, match="frozen"):
        options.quantum_ns = 3
    with pytest.raises(AttributeError, match="have no 'quantum'; there are: quantum_ns"):
        _ = options.quantum


# --- show and schema -------------------------------------------------------------------------------------------------


def test_explain_tells_each_value_and_where_it_came_from(registry, toml):
    path = toml('cpus = 2\n[scheduler]\ndriver = "rr"\n[[mounts]]\ntarget = "/"\ndriver = "memory"\nsize = "256MiB"\n')
    rows = {
        s.key: (s.value, s.origin.replace(str(path), "kos.toml"))
        for s in config.explain(registry, path, sets=["memory=1GiB"])
    }
    assert rows["cpus"] == (2, "kos.toml:1")
    assert rows["memory"] == ("1GiB", "--set memory=1GiB")
    assert rows["scheduler.driver"] == ("rr", "kos.toml:3")
    assert rows["mounts./.size"] == ("256MiB", "kos.toml:7")
    assert rows["mounts./proc.driver"] == ("proc", "default")
    assert rows["clock"] == ("wall", "default")


def test_explain_shows_the_defaults_of_drivers_as_defaults(registry, toml):
    path = toml('[scheduler]\ndriver = "rr"\n')
    rows = {s.key: (s.value, s.origin) for s in config.explain(registry, path)}
    assert rows["scheduler.quantum"] == ("10ms", "default")
    rows = {
        s.key: (s.value, s.origin)
        for s in config.explain(registry, {"mounts": {"/d": {"driver": "host", "source": "/x"}}})
    }
    assert rows["mounts./d.source"] == ("/x", "an argument")
    assert rows["mounts./d.mode"] == ("ro", "default")


def test_what_explain_shows_can_be_set_again(registry):
    made = config.load(registry)
    sets = []
    for setting in config.explain(registry):
        sets.append(f"{setting.key}={config.as_toml(setting.value)}")
    assert config.load(registry, sets=sets) == made


def test_the_schema_has_the_options_of_every_driver(registry):
    schema = config.schema(registry)
    forms = {form["properties"]["driver"]["const"]: form for form in schema["properties"]["scheduler"]["oneOf"]}
    assert set(forms) == {name for group, name in FIRST_PARTY if group == "kos.scheduler"}
    assert set(forms["rr"]["properties"]) == {"driver", "quantum"}
    assert schema["additionalProperties"] is False
    hosts = [
        f for f in schema["properties"]["mounts"]["items"]["oneOf"] if f["properties"]["driver"]["const"] == "host"
    ]
    assert set(hosts[0]["properties"]) == {"driver", "target", "flags", "source", "mode"}
    json.dumps(schema)


def test_config_errors_are_the_kind_that_the_command_shows(registry):
    with pytest.raises(ConfigError):
        config.load(registry, sets=["cpus=x"])


# --- options asked for while a machine runs --------------------------------------------------------------------------


def test_options_of_a_mount_at_run_time_are_validated_like_those_of_the_file(registry):
    from kos_kernel.config_options import driver_options

    memory = registry.record("kos.fs", "memory")
    assert driver_options(registry, memory, {"size": "1m"})[0].size == 1024**2
    assert "did you mean 'size'?" in mistake(lambda: driver_options(registry, memory, {"sise": "1m"}))
    assert "takes no options" in mistake(
        lambda: driver_options(registry, registry.record("kos.fs", "proc"), {"x": "1"})
    )


def test_host_paths_in_options_are_told_apart_from_other_text(registry):
    from kos_kernel.config_options import driver_options

    _, grants = driver_options(registry, registry.record("kos.fs", "host"), {"source": "/etc", "mode": "ro"})
    assert grants == ("/etc",)


def test_a_default_that_was_broken_is_looked_at_again_at_the_next_start(standard):
    (module,) = standard.folder.glob("standard*/kos_units_service_unit.py")
    right = module.read_text()
    module.write_text("raise RuntimeError('half written')")
    assert "types=()" in probe(standard, None)[0]
    module.write_text(right)
    assert "driver='service'" in probe(standard, None)[0]

"""The workspace's one tool: makes `.venv`, keeps it right, and runs things in it.

A plain script that needs Python 3.11 or newer and nothing else:

    python3 noxfile.py kos -- run -c 'echo hello'      # install what is needed, then run `kos run -c 'echo hello'`
    python3 noxfile.py tests                           # all tests; what stands after `--` goes to pytest
    python3 noxfile.py lint | types | architecture     # ruff | mypy | the tests that guard the shape of the code
    python3 noxfile.py constraints                     # write constraints.txt anew, with the newest versions that fit

and a nox file, for those who have nox and want each Python version in an environment of its own:

    nox -s tests-3.13

The script installs the root distribution and every folder of plugins/ editable, under constraints.txt. A stamp in
`.venv` (a hash over all pyproject files, the constraints and the Python version) says that this was done, so the next
call starts at once: it reads those few files and replaces itself with the command. That path must stay on the cheap
end of the standard library, because `kos` through this script is what people time.

What this script says of itself goes to standard error, so `kos -- run x.sh > out` gets the script's output alone.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing's own, without the time that importing typing takes
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
CONSTRAINTS = os.path.join(HERE, "constraints.txt")
PLUGINS = os.path.join(HERE, "plugins")
WINDOWS = os.name == "nt"
BIN = os.path.join(VENV, "Scripts" if WINDOWS else "bin")
OLDEST = (3, 11)
PYTHONS = ("3.11", "3.12", "3.13")

# Installed for `kos` alone; every other session needs the `dev` dependency group too.
RUNTIME, DEV = "runtime", "dev"


def plugin_folders() -> list[str]:
    """Return the folders of plugins/ that are distributions, sorted by name."""
    if not os.path.isdir(PLUGINS):
        return []
    names = sorted(os.listdir(PLUGINS))
    return [
        folder
        for name in names
        if os.path.isfile(os.path.join(folder := os.path.join(PLUGINS, name), "pyproject.toml"))
    ]


def main(argv: list[str]) -> int:
    """Run the session that argv names, with what stands after `--` as its arguments; return its exit status."""
    if sys.version_info < OLDEST:
        return complain(f"Python {'.'.join(map(str, OLDEST))} or newer is needed, and this is {sys.version.split()[0]}")
    name = argv[0] if argv else ""
    if name in ("", "-h", "--help") or name not in SESSIONS:
        print((__doc__ or "").strip(), file=sys.stderr)
        return 0 if name in ("", "-h", "--help") else complain(f"no session {name!r}; there are: {', '.join(SESSIONS)}")
    rest = argv[1:]
    if rest[:1] == ["--"]:
        rest = rest[1:]
    elif rest:
        return complain(f"put '--' before what {name} should get: python3 noxfile.py {name} -- {' '.join(rest)}")
    try:
        return SESSIONS[name](rest)
    except WorkspaceError as error:
        return complain(str(error))


def complain(message: str) -> int:
    """Print message to standard error as this script's own; return the exit status 2."""
    print(f"noxfile: {message}", file=sys.stderr, flush=True)
    return 2


def say(message: str) -> None:
    """Print what is being done to standard error."""
    print(f"noxfile: {message}", file=sys.stderr, flush=True)


class WorkspaceError(Exception):
    """The workspace can't be made ready; the message says why and what to do."""


# --- The sessions ----------------------------------------------------------------------------------------------------


def session_kos(rest: list[str]) -> int:
    """Become `kos` with these arguments, in the caller's folder."""
    ready(RUNTIME)
    return become([os.path.join(BIN, "kos"), *rest])


def session_constraints(rest: list[str]) -> int:
    """Write constraints.txt: the newest versions that fit on every supported Python, less the workspace's own members."""
    import re
    import subprocess

    ready(RUNTIME)
    command = [
        os.path.join(BIN, "uv"),
        "pip",
        "compile",
        "pyproject.toml",
        "-",
        "--all-extras",
        "--group",
        "dev",
        "--universal",
    ]
    command += ["--python-version", PYTHONS[0], "--no-header", "--no-annotate", "--upgrade", "--quiet", *rest]
    done = subprocess.run(command, cwd=HERE, input="uv\n", stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        return done.returncode
    lines = sorted(line for line in done.stdout.splitlines() if re.match(r"[A-Za-z0-9]", line))
    with open(CONSTRAINTS, "w", encoding="utf-8") as file:
        file.write(
            "# The versions that KOS is tested with, on every supported Python. Written by: python3 noxfile.py constraints\n"
        )
        file.writelines(line + "\n" for line in lines)
    say(f"{len(lines)} versions in constraints.txt")
    return 0


def check_session(name: str) -> Callable[[list[str]], int]:
    """Return a session that runs all commands of CHECKS[name] in the root folder; it fails if one of them does."""

    def session(rest: list[str]) -> int:
        ready(DEV)
        os.chdir(HERE)
        os.environ["MYPYPATH"] = mypy_path()
        # As an activated environment: tests run tools by name, and so do build backends.
        os.environ["VIRTUAL_ENV"] = VENV
        os.environ["PATH"] = os.pathsep.join([BIN, *filter(None, [os.environ.get("PATH")])])
        commands = [[os.path.join(BIN, words[0]), *words[1:]] for words in CHECKS[name](rest)]
        if len(commands) == 1:
            return become(commands[0])
        return max(run(command) for command in commands)

    return session


def tests_commands(rest: list[str]) -> list[list[str]]:
    """Return the pytest call over tests/ and plugins/*/tests, on up to four processes unless rest says otherwise."""
    return [["pytest", *parallel(rest), *rest]]


def architecture_commands(rest: list[str]) -> list[list[str]]:
    """Return the pytest call over the tests that guard the shape of the code."""
    return [["pytest", "tests/architecture", *rest]]


def lint_commands(rest: list[str]) -> list[list[str]]:
    """Return ruff's calls for style and layout; with `--fix` in rest they mend what can be mended."""
    return [["ruff", "check", *rest], ["ruff", "format", *([] if "--fix" in rest else ["--check"])]]


def types_commands(rest: list[str]) -> list[list[str]]:
    """Return mypy's calls: the kernel and the command strictly, the plugins for typed and consistent definitions.

    Two caches, because the calls differ in their options and each would throw away what the other kept.
    """
    sources = [os.path.join(folder, "src") for folder in plugin_folders()]
    plugins = ["mypy", "--cache-dir=.mypy_cache/plugins", "--disallow-untyped-defs", *rest, *sources]
    return [["mypy", "--strict", *rest, "kos_kernel", "kos_cli"], *([plugins] if sources else [])]


def mypy_path() -> str:
    """Return the source folders of all plugins as mypy's search path."""
    return os.pathsep.join(os.path.join(folder, "src") for folder in plugin_folders())


# What each session that checks something runs, with the words that its caller gave it. For this script and for nox.
CHECKS: dict[str, Callable[[list[str]], list[list[str]]]] = {
    "tests": tests_commands,
    "lint": lint_commands,
    "types": types_commands,
    "architecture": architecture_commands,
}

SESSIONS: dict[str, Callable[[list[str]], int]] = {"kos": session_kos, "constraints": session_constraints}
SESSIONS.update((name, check_session(name)) for name in CHECKS)


def parallel(rest: list[str]) -> list[str]:
    """Return pytest's options for running on several processes; none if rest chooses or wants a debugger."""
    if any(word.startswith(("-n", "--numprocesses", "--pdb", "--trace", "-s")) or word == "no:xdist" for word in rest):
        return []
    return ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "worksteal"]


# --- The environment -------------------------------------------------------------------------------------------------


def ready(level: str) -> None:
    """Make `.venv` hold everything that level needs; return at once if its stamp says so.

    Two calls at the same time are safe: the second waits for the first. Raises WorkspaceError if it can't be done.
    """
    wanted = fingerprint()
    if is_stamped(level, wanted):
        return
    lock = acquire_lock()
    try:
        if not is_stamped(level, wanted):
            make_environment()
            install(level)
            write_stamp(level, wanted)
    finally:
        if lock is not None:
            lock.close()


def fingerprint() -> str:
    """Return a hash over all that decides what `.venv` must hold and where."""
    import hashlib

    digest = hashlib.sha256(f"1 {sys.version} {sys.platform} {HERE}\n".encode())
    files = [os.path.join(HERE, "pyproject.toml"), CONSTRAINTS]
    files += [os.path.join(folder, "pyproject.toml") for folder in plugin_folders()]
    for path in files:
        try:
            with open(path, "rb") as file:
                body = file.read()
        except OSError as error:
            raise WorkspaceError(f"can't read {path}: {error.strerror}") from None
        digest.update(f"{path} {len(body)}\n".encode() + body)
    return digest.hexdigest()


def stamp_file(level: str) -> str:
    """Return the path of the stamp that says `.venv` was made for this level."""
    return os.path.join(VENV, f"kos-{level}.stamp")


def is_stamped(level: str, wanted: str) -> bool:
    """Return whether `.venv` is right for level. What serves `dev` serves `runtime` too."""
    for one in (level, DEV):
        try:
            with open(stamp_file(one), encoding="ascii") as file:
                if file.read() == wanted:
                    return True
        except OSError:
            continue
    return False


def write_stamp(level: str, wanted: str) -> None:
    """Note that `.venv` is right for level. Comes last, so an interrupted installation is done again."""
    with open(stamp_file(level), "w", encoding="ascii") as file:
        file.write(wanted)


def acquire_lock() -> TextIO | None:
    """Return a file that keeps other calls of this script out until it is closed; None where locks don't exist."""
    try:
        import fcntl
    except ImportError:
        return None
    os.makedirs(VENV, exist_ok=True)
    lock = open(os.path.join(HERE, ".venv", "kos.lock"), "w")  # noqa: SIM115 - held until the installation is done
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def make_environment() -> None:
    """Make `.venv` with this Python, unless it is there and was made with it."""
    version = f"{sys.version} {HERE}"
    note = os.path.join(VENV, "kos-python")
    try:
        with open(note, encoding="utf-8") as file:
            if file.read() == version and os.path.exists(os.path.join(BIN, "python")):
                return
    except OSError:
        pass
    say(f"making .venv with Python {sys.version.split()[0]}")
    # --clear would drop the lock file that another call waits on, so the contents go, and the lock stays.
    for name in os.listdir(VENV) if os.path.isdir(VENV) else []:
        if name != "kos.lock":
            remove(os.path.join(VENV, name))
    if run([sys.executable, "-m", "venv", VENV], quiet=True) != 0:
        uv = find_program("uv")
        if (
            uv is None
            or run([uv, "venv", "--quiet", "--allow-existing", "--seed", "--python", sys.executable, VENV]) != 0
        ):
            raise WorkspaceError(
                f"{sys.executable} can't make a virtual environment. "
                "Install the module it lacks (on Debian and Ubuntu: apt install python3-venv), then try again"
            )
    with open(note, "w", encoding="utf-8") as file:
        file.write(version)


def install(level: str) -> None:
    """Install the root and every plugin editable, and for `dev` the tools, all under the constraints."""
    python = os.path.join(BIN, "python")
    editables = [word for folder in [HERE, *plugin_folders()] for word in ("-e", folder)]
    wanted = ["-c", CONSTRAINTS, *editables, *(dev_requirements() if level == DEV else [])]
    say(f"installing kos and {len(plugin_folders())} plugins" + (" and the development tools" if level == DEV else ""))
    uv = os.path.join(BIN, "uv")
    if run([python, "-m", "pip", "install", "--quiet", "-c", CONSTRAINTS, "uv"]) == 0:
        if run([uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *wanted]) == 0:
            compile_sources(python)
            return
        say("uv could not install the workspace; trying once more with pip, which is slower")
    else:
        say("uv is not to be had; installing with pip instead, which is slower")
    if run([python, "-m", "pip", "install", "--quiet", *wanted]) != 0:
        raise WorkspaceError("the installation failed; what went wrong stands above. Nothing was marked as done")
    compile_sources(python)


def compile_sources(python: str) -> None:
    """Compile the workspace once, so that the first `kos` is as quick as the next, also where Python may write no bytecode."""
    folders = [os.path.join(HERE, "kos_kernel"), os.path.join(HERE, "kos_cli")]
    folders += [os.path.join(folder, "src") for folder in plugin_folders()]
    run([python, "-m", "compileall", "-q", *folders], quiet=True)


def dev_requirements() -> list[str]:
    """Return what the `dev` dependency group of the root asks for."""
    import tomllib

    with open(os.path.join(HERE, "pyproject.toml"), "rb") as file:
        group: list[str] = tomllib.load(file)["dependency-groups"]["dev"]
    return group


# --- Processes -------------------------------------------------------------------------------------------------------


def become(command: list[str]) -> int:
    """Replace this process with command (on Windows, which can't: run it and return its status)."""
    if WINDOWS:
        return run(command)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execv(command[0], command)
    except OSError as error:
        raise WorkspaceError(f"can't run {command[0]}: {error.strerror}; remove .venv and try again") from None


def run(command: list[str], *, quiet: bool = False) -> int:
    """Run command, its output on standard error; return its exit status (127 if there is no such program)."""
    import subprocess

    output = subprocess.DEVNULL if quiet else sys.stderr
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False).returncode
    except OSError as error:
        say(f"can't run {command[0]}: {error.strerror}")
        return 127


def find_program(name: str) -> str | None:
    """Return where the host's PATH has this program, or None."""
    import shutil

    return shutil.which(name)


def remove(path: str) -> None:
    """Remove a file or a whole folder."""
    import shutil

    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


# --- The nox file ----------------------------------------------------------------------------------------------------

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
else:
    try:
        import nox
    except ImportError:  # imported by something that only wants the functions above
        nox = None  # type: ignore[assignment]

if __name__ != "__main__" and nox is not None:
    nox.options.default_venv_backend = "uv|virtualenv"
    nox.options.sessions = ["tests", "lint", "types"]

    def _install(session: nox.Session) -> None:
        editables = [word for folder in [HERE, *plugin_folders()] for word in ("-e", folder)]
        # pip, because tests install plugins with it, and an environment that uv makes comes without.
        session.install("-c", CONSTRAINTS, "pip", *editables, *dev_requirements())

    def _check(session: nox.Session, name: str) -> None:
        _install(session)
        for command in CHECKS[name](session.posargs):
            session.run(*command, env={"MYPYPATH": mypy_path()})

    @nox.session(python=PYTHONS)
    def tests(session: nox.Session) -> None:
        """Run all tests on one Python version."""
        _check(session, "tests")

    @nox.session
    def architecture(session: nox.Session) -> None:
        """Run the tests that guard the shape of the code."""
        _check(session, "architecture")

    @nox.session
    def lint(session: nox.Session) -> None:
        """Check style and layout with ruff."""
        _check(session, "lint")

    @nox.session
    def types(session: nox.Session) -> None:
        """Check types with mypy."""
        _check(session, "types")

    @nox.session
    def kos(session: nox.Session) -> None:
        """Run `kos` with what stands after `--`."""
        _install(session)
        session.run("kos", *session.posargs)

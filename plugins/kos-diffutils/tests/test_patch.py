"""patch puts back what diff took apart, stays in its directory, and survives any patch."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kos_kernel import Machine

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"\n", b"\td\n", b"- x\n", b"+ y\n", b"> z\n"]), max_size=25)
TEXTS = st.builds(lambda lines, cut: b"".join(lines)[: -1 if cut else None], LINES, st.booleans())


@pytest.mark.parametrize("style", ["-u", "-c", "-U1", "-C1", "--normal"])
@settings(max_examples=25, deadline=None)
@given(old=TEXTS, new=TEXTS)
def test_a_file_and_its_patch_make_the_new_file_and_reversed_the_old_one(
    machine: Machine, style: str, old: bytes, new: bytes
) -> None:
    machine.write_file("/tmp/old", old)
    machine.write_file("/tmp/new", new)
    script = f"""cd /tmp; cp old x; diff {style} -L x -L x old new >p || patch -s x p && cmp x new &&
        {{ ! test -s p || patch -s -R x p; }} && cmp x old"""
    done = machine.run(script)
    assert (done.status, done.stdout, done.stderr) == (0, b"", b"")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                b"--- a\n",
                b"+++ a\n",
                b"@@ -1,2 +1 @@\n",
                b"*** a\n",
                b"***************\n",
                b"*** 1,2 ****\n",
                b"--- 1 ----\n",
            ]
            + [
                b" one\n",
                b"-two\n",
                b"+x\n",
                b"! one\n",
                b"1,2c3\n",
                b"< one\n",
                b"> x\n",
                b"---\n",
                b"2d\n",
                b".\n",
                b"\n",
            ]
            + [
                b"diff --git a/a b/b\n",
                b"rename from a\n",
                b"rename to b\n",
                b"new file mode 100644\n",
                b"\\ No\n",
                b"@@ -0,0 +9\n",
            ]
        ),
        max_size=14,
    )
)
def test_no_patch_makes_it_stumble(machine: Machine, lines: list[bytes]) -> None:
    machine.write_file("/tmp/p", b"".join(lines))
    done = machine.run("mkdir -p /tmp/s; cd /tmp/s; printf 'one\\ntwo\\n' >a; patch -f </tmp/p", timeout=20)
    assert done.status in (0, 1, 2)
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["../out", "/tmp/out", "in/../../out", "away/out"])
def test_a_name_in_a_patch_never_leads_out_of_the_directory(machine: Machine, name: str) -> None:
    script = f"""mkdir -p /tmp/cage/in; cd /tmp/cage; ln -sfn /tmp away; echo safe >/tmp/out
        printf -- '--- {name}\\n+++ {name}\\n@@ -1 +1 @@\\n-safe\\n+harmed\\n' | patch -p0 -f; cat /tmp/out"""
    done = machine.run(script)
    assert b"No file to patch.  Skipping patch.\n" in done.stdout
    assert done.stdout.endswith(b"safe\n")


def test_a_hunk_that_moved_and_one_that_changed_are_told_with_offset_and_fuzz(machine: Machine) -> None:
    done = machine.run(
        """cd /tmp; seq 20 >n; sed 's/^10$/ten/' n >m; diff -u n m >p; { echo 0; sed s/8/VIII/ n; } >x; patch x p; sed -n 11p x"""
    )
    assert (done.stdout, done.status) == (
        b"patching file x\nHunk #1 succeeded at 8 with fuzz 2 (offset 1 line).\nten\n",
        0,
    )


def test_what_does_not_fit_is_saved_as_rejects_and_the_status_is_1(machine: Machine) -> None:
    done = machine.run("cd /tmp; echo other >r; printf '1c1\\n< one\\n---\\n> 1\\n' | patch r; echo $?; cat r.rej")
    assert done.stdout == (
        b"patching file r\nHunk #1 FAILED at 1.\n1 out of 1 hunk FAILED -- saving rejects to file r.rej\n1\n"
        b"*** /dev/null\n--- /dev/null\n***************\n*** 1\n! one\n--- 1 -----\n! 1\n"
    )


def test_a_patch_that_breaks_off_leaves_the_file_alone(machine: Machine) -> None:
    done = machine.run(
        "cd /tmp; echo one >b; printf -- '--- b\\n+++ b\\n@@ -1,9 +1 @@\\n-one\\n' | patch; echo $?; cat b"
    )
    assert (done.stdout, done.stderr) == (
        b"patching file b\n2\none\n",
        b"patch: **** unexpected end of file in patch\n",
    )

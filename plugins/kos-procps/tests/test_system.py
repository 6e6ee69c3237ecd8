"""findmnt, lsblk, sysctl, logger, dmesg, lscpu, free, vmstat, uptime, w, wall, su ..., in a machine."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest

from kos_kernel import Machine

LOGIN = struct.Struct("<hxxi32s4s32s256sxxxxiii36x")


@pytest.fixture
def disk() -> Iterator[Machine]:
    devices = [{"name": "ram0", "driver": "ramdisk", "size": "64KiB"}]
    with Machine({"clock": "virtual", "seed": 1, "devices": devices}) as machine:
        yield machine


def test_mounts_as_a_tree(m: Machine) -> None:
    m.run("mount -t tmpfs things /mnt; mkdir /mnt/x; mount -t tmpfs more /mnt/x")
    assert m.run("LC_ALL=C findmnt -o TARGET,SOURCE,FSTYPE").text == (
        "TARGET     SOURCE   FSTYPE\n/          memory   tmpfs\n|-/usr/bin programs binfs\n|-/proc    proc     proc\n"
        "|-/dev     dev      devtmpfs\n|-/tmp     memory   tmpfs\n`-/mnt     things   tmpfs\n  `-/mnt/x more     tmpfs\n"
    )
    assert m.run("LC_ALL=C findmnt -R /mnt -no TARGET").text == "/mnt\n`-/mnt/x\n"
    assert (
        m.run(
            "findmnt -S more -no TARGET; findmnt -T /mnt/x/.. -no TARGET; findmnt -t tmpfs -d backward -fno TARGET"
        ).text
        == "/mnt/x\n/mnt\n/mnt/x\n"
    )
    assert m.run("findmnt -it tmpfs -lno FSTYPE").text.split() == ["binfs", "proc", "devtmpfs"]


def test_mounts_as_json_pairs_and_raw(m: Machine) -> None:
    m.run("mkdir '/mnt/a b'; mount -t tmpfs x '/mnt/a b'")
    assert m.run("findmnt -S x -o TARGET -P; findmnt -S x -o TARGET -r -n").text == 'TARGET="/mnt/a b"\n/mnt/a\\x20b\n'
    assert '"children": [' in m.run("findmnt -J").text


def test_fstab_is_read_where_there_is_one(m: Machine) -> None:
    assert m.run("findmnt -s").status == 1
    m.write_file("/etc/fstab", b"# comment\nnone /mnt tmpfs size=1m 0 0\n")
    assert m.run("findmnt -s -no TARGET,OPTIONS").text == "/mnt   size=1m\n"


def test_disks(disk: Machine) -> None:
    assert disk.run("lsblk -o NAME,SIZE,RO,TYPE").text == "NAME SIZE RO TYPE\nram0  64K  0 disk\n"
    assert (
        disk.run("lsblk -bno SIZE /dev/ram0; lsblk -P -o NAME,RM; lsblk -p -n -o NAME").text
        == '65536\nNAME="ram0" RM="0"\n/dev/ram0\n'
    )
    assert '"mountpoints": [\n             null\n         ]' in disk.run("lsblk -J").text
    assert disk.run("cat /proc/partitions").text.splitlines()[2].split()[2:] == ["64", "ram0"]
    assert disk.run("mountpoint -x /dev/ram0").status == 0


def test_a_parameter_is_written_and_read(m: Machine) -> None:
    assert (
        m.run("sysctl -w kernel.hostname=momiji; hostname; sysctl -n kernel.hostname").text
        == "kernel.hostname = momiji\nmomiji\nmomiji\n"
    )
    assert (
        m.run("sysctl -q kernel.hostname=x; hostname; sysctl --dry-run kernel.hostname=y; hostname").text
        == "x\nkernel.hostname = y\nx\n"
    )
    done = m.run("sysctl kernel.ostype=x")
    assert b'setting key "kernel.ostype"' in done.stderr
    m.write_file("/etc/sysctl.conf", b"# a comment\n; another\nkernel.hostname = from-a-file\nnonsense\n")
    done = m.run("sysctl -p; hostname")
    assert done.text == "kernel.hostname = from-a-file\nfrom-a-file\n"
    assert b"/etc/sysctl.conf(4): invalid syntax, continuing...\n" in done.stderr
    assert (
        m.run("mkdir -p /etc/sysctl.d; echo kernel.hostname=z >/etc/sysctl.d/1.conf; sysctl --system | head -1").text
        == "* Applying /etc/sysctl.d/1.conf ...\n"
    )


def test_a_parameter_outside_of_proc_sys_can_not_be_reached(m: Machine) -> None:
    done = m.run("sysctl ../../etc/passwd; sysctl -w ../../etc/passwd=x; head -c 4 /etc/passwd")
    assert done.text == "root"


def test_the_log_takes_lines(m: Machine) -> None:
    m.run(
        "logger hello; logger -t tag -i -p local0.err with a tag; printf 'one\\n\\ntwo\\n' | logger -e -t in; logger --no-act never"
    )
    lines = m.run("cat /var/log/syslog").text.splitlines()
    assert lines[0] == "Jan  1 00:00:00 kaede root: hello"
    assert lines[1].startswith("Jan  1 00:00:00 kaede tag[") and lines[1].endswith("]: with a tag")
    assert [line.split(": ")[1] for line in lines[2:]] == ["one", "two"]
    assert m.run(
        "logger -s -t t -p user.err x; logger -s --prio-prefix -t t <<<'<5>y'; logger -S 3 -s -t t long"
    ).stderr == (b"<11>Jan  1 00:00:00 t: x\n<13>Jan  1 00:00:00 t: y\n<13>Jan  1 00:00:00 t: lon\n")


def test_the_kernel_s_log(m: Machine) -> None:
    lines = m.run("dmesg").text.splitlines()
    assert len(lines) > 3 and lines[0].startswith("[    0.")
    assert m.run("dmesg -T | head -1").text.startswith("[Wed Dec 31 23:59:59 2025] ")
    assert b"Operation not permitted" in m.run("su user -c dmesg").stderr


def test_control_characters_in_a_log_can_not_steer_the_terminal(m: Machine) -> None:
    assert m.run("printf '<6>[    1.000000] a\\033[2Jb\\n' >/k; dmesg -F /k").text == "[    1.000000] a\\x1b[2Jb\n"


def test_cpus(m: Machine) -> None:
    assert (
        m.run("lscpu | head -3").text
        == "Architecture:        x86_64\nCPU(s):              2\nOn-line CPU(s) list: 0,1\n"
    )
    assert m.run("lscpu -p | tail -2; lscpu -e=CPU,ONLINE | tail -1").text == "0\n1\n  1    yes\n"


def test_memory_in_all_units(m: Machine) -> None:
    def total(options: str) -> str:
        return m.run(f"free {options}").text.splitlines()[1].split()[1]

    assert [total(o) for o in ("-b", "-k", "-m", "--mega", "--si -k", "-g", "")] == [
        "268435456", "262144", "256", "268", "268435", "0", "262144",
    ]  # fmt: skip
    assert m.run("free -t").text.splitlines()[3].startswith("Total:        262144")
    assert m.run("free -s 5 -c 3 | grep -c Mem; date +%s").text.split()[0] == "3"


def test_vmstat_counts_between_looks(m: Machine) -> None:
    done = m.run("(while :; do :; done) & vmstat 1 3; kill $!")
    rows = [line.split() for line in done.text.splitlines()[2:]]
    assert len(rows) == 3
    assert int(rows[2][12]) >= 40  # of two CPUs one is busy
    assert m.run("vmstat -y 1 2 | wc -l; vmstat -f").text.splitlines()[0] == "4"
    assert "CPU context switches" in m.run("vmstat -s").text


def test_memory_maps_have_no_lines(m: Machine) -> None:
    assert m.run("pmap 1").text == "1:   init\n total                0K\n"
    assert m.run("pmap 1 9999").status == 42


@pytest.fixture
def guest(m: Machine) -> Machine:
    """Return a machine at whose terminal pts/0 somebody sits."""
    m.run("mkdir -p /run")
    return m


def test_logins_are_counted_and_shown(guest: Machine) -> None:
    record = LOGIN.pack(7, 1, b"pts/0", b"ts/0", b"ann", b"far.example", 1, 1767225600, 0)
    gone = LOGIN.pack(7, 4000, b"pts/1", b"ts/1", b"bob", b"", 1, 1767225600, 0)
    guest.write_file("/run/utmp", record + gone + b"short")
    lines = guest.run("w").text.splitlines()
    assert lines[0].endswith("1 user,  load average: 0.00, 0.00, 0.00")
    assert lines[1] == "USER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT"
    assert lines[2].startswith("ann      pts/0    far.example       00:00 ") and len(lines) == 3
    assert guest.run("w -h nobody").text == ""
    assert guest.run("w -s -f -h").text.startswith("ann      pts/0 ")
    guest.write_file("/run/utmp", b"\xff" * 1000)
    assert "0 user," in guest.run("uptime").text


def test_wall_writes_to_those_who_listen(guest: Machine) -> None:
    guest.write_file("/run/utmp", LOGIN.pack(7, 1, b"pts/0", b"ts/0", b"ann", b"", 1, 1767225600, 0))
    shown = guest.run(
        "{ sleep 1; wall 'the end is \033[2J near'; sleep 1; } | script -q -c 'sleep 3' /tmp/seen >/dev/null; cat /tmp/seen"
    ).text
    assert "Broadcast message from root@kaede (somewhere)" in shown
    assert "the end is ^[[2J near" in shown


def test_a_login_s_terminal_can_not_lead_elsewhere(guest: Machine) -> None:
    guest.write_file("/run/utmp", LOGIN.pack(7, 1, b"../etc/passwd", b"", b"ann", b"", 1, 1767225600, 0))
    guest.run("wall hi")
    assert guest.read_file("/etc/passwd").startswith(b"root:")
    assert b"Broadcast" not in guest.read_file("/etc/passwd")


def test_su_changes_who_one_is(m: Machine) -> None:
    assert m.run("su user -c 'id -un; pwd; echo $HOME $USER $SHELL'").text == "user\n/root\n/home/user user /bin/sh\n"
    assert m.run("X=1 su - user -c 'pwd; echo $X$HOME'").text == "/home/user\n/home/user\n"
    assert m.run("X=1 Y=2 su -w X - user -c 'echo $X$Y'").text == "1\n"
    assert m.run("su -m user -c 'echo $HOME'").text == "/root\n"
    assert m.run("su -g root user -c id").text == "uid=1000(user) gid=0(root) groups=0(root)\n"
    assert (
        m.run("echo 'staff:x:50:user' >>/etc/group; su user -c 'id -G'; su -G staff user -c 'id -G'").text
        == "1000 50\n1000 50\n"
    )
    assert m.run("runuser -u user -- id -un; runuser user -c 'id -un'").text == "user\nuser\n"


def test_su_is_for_root_and_for_accounts_without_a_password(m: Machine) -> None:
    assert m.run("su user -c 'su -c id; su nobody -s /bin/sh -c id; runuser -u root id'").stderr == (
        b"su: Authentication failure\nsu: Authentication failure\nrunuser: may not be used by non-root users\n"
    )
    m.run("sed -i 's/^nobody:x:/nobody::/' /etc/passwd")
    assert b"cannot set user id: Operation not permitted" in m.run("su user -c 'su nobody -s /bin/sh -c id'").stderr


def test_who_may_not_log_in_is_told_so(m: Machine) -> None:
    done = m.run("su nobody")
    assert (done.text, done.status) == ("This account is currently not available.\n", 1)
    m.write_file("/etc/nologin.txt", b"go away\n")
    assert m.run("su - nobody -c id").text == "go away\n"


def test_mesg_on_a_terminal(m: Machine) -> None:
    done = m.run("script -q -e -c 'mesg; mesg n; mesg; mesg y; mesg -v n' /tmp/t; echo $?")
    assert done.text.replace("\r", "").splitlines() == ["is y", "is n", "write access to your terminal is denied", "1"]


def test_databases(m: Machine) -> None:
    m.write_file("/etc/services", b"# names\nssh 22/tcp\ndomain 53/tcp\ndomain 53/udp dns\n")
    m.write_file("/etc/protocols", b"tcp 6 TCP\n")
    m.write_file("/etc/aliases", b"root: ann, bob\n")
    done = m.run(
        "getent services ssh 53/udp; getent services 22; getent protocols 6; getent aliases root; "
        "getent initgroups user; getent passwd 1000 | cut -d: -f1"
    )
    assert done.text == (
        "ssh                   22/tcp\ndomain                53/udp dns\nssh                   22/tcp\ntcp                   6 TCP\n"
        "root: ann, bob\nuser                 \nuser\n"
    )
    assert (
        m.run(
            "getent hosts kaede; getent ahostsv4 localhost; getent ahostsv6 localhost || echo none"
        ).text.splitlines()[-1]
        == "none"
    )


def test_uptime_counts_from_boot(m: Machine) -> None:
    m.run("sleep 90061")
    assert m.run("uptime -p").text == "up 1 day, 1 hour, 1 minute\n"
    assert m.run("uptime").text.startswith(" 01:01:01 up 1 day,  1:01,  0 user,")
    assert m.run("uptime -s").text == "2026-01-01 00:00:00\n"

"""Who a process is, and what it may do to a file.

A `Credentials` is immutable: setuid and friends make another one, so it can be shared by every process, fork and cache that
has it. Root's power is two questions, kept apart so that a capability driver can answer them later: may it override file
permissions (`overrides`), may it act as anybody (`privileged`).
"""

from __future__ import annotations

from typing import Any

from .abi import S_IFDIR, S_IFMT

READ, WRITE, EXECUTE = 4, 2, 1


class Credentials:
    """Real, effective and saved ids and the supplementary groups. `groups` includes the effective gid."""

    __slots__ = ("egid", "euid", "groups", "key", "listed", "overrides", "privileged", "rgid", "ruid", "sgid", "suid")

    def __init__(
        self, ruid: int, euid: int, suid: int, rgid: int, egid: int, sgid: int, listed: tuple[int, ...] = ()
    ) -> None:
        self.ruid, self.euid, self.suid = ruid, euid, suid
        self.rgid, self.egid, self.sgid = rgid, egid, sgid
        self.listed = listed  # as getgroups shows them
        self.groups = frozenset((egid, *listed))
        self.overrides = euid == 0
        self.privileged = euid == 0  # may do what only root may: mount, chown, kill anybody, change ids
        self.key = (ruid, euid, suid, rgid, egid, sgid, listed)  # what makes two credentials the same

    def replace(self, **changes: Any) -> Credentials:
        """Return a copy with other ids."""
        values: dict[str, Any] = dict(
            zip(("ruid", "euid", "suid", "rgid", "egid", "sgid", "listed"), self.key, strict=True)
        )
        return Credentials(**(values | changes))


def may(cred: Credentials, attr: Any, want: int) -> bool:
    """Tell whether these credentials allow READ, WRITE, EXECUTE (bits of `want`) on a file with this header.

    As Linux: only the first class that fits counts (owner, else group, else others). Root reads and writes everything, and
    executes what has an x bit or is a directory.
    """
    mode: int = attr.mode
    bits = mode >> 6 if cred.euid == attr.uid else mode >> 3 if attr.gid in cred.groups else mode
    if bits & want == want:
        return True
    if not cred.overrides:
        return False
    return not want & EXECUTE or mode & S_IFMT == S_IFDIR or mode & 0o111 != 0


def owns(cred: Credentials, attr: Any) -> bool:
    """Tell whether it may change a file's mode, times and owner's things: the owner or root."""
    return cred.euid == attr.uid or cred.privileged

"""Calls on mounts and namespaces: mount, umount, statfs, unshare, pivot to another root."""

from __future__ import annotations

from .. import errors
from ..abi import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
    MS_BIND,
    MS_MOVE,
    MS_REMOUNT,
    S_IFDIR,
    S_IFMT,
)
from ..contracts.fs import StatFs
from ..namespaces import Namespaces, PidNamespace, UtsNamespace
from ..vfs.dentry import Dentry, Mount
from .base import Call


class MountCalls(Call):
    """mount ... unshare."""

    __slots__ = ()

    def _root_only(self, path: bytes | None = None) -> None:
        if not self.process.cred.privileged:
            raise errors.NotPermitted(path, "only root does this")

    def mount(self, source: bytes, target: bytes, fstype: str, flags: int = 0, data: bytes = b"") -> None:
        """Mount a filesystem of a type (a `kos.fs` driver's name), or bind a directory (MS_BIND), or change flags (MS_REMOUNT).

        data: "key=value,..." options. Raises NotPermitted, NoSuchDevice (an unknown type), NotADirectory, Busy, InvalidArgument.
        """
        self._enter()
        self._root_only(target)
        fs = self.fs
        kernel = self._kernel
        point = fs.at(target)
        if flags & MS_REMOUNT:
            kernel.vfs.remount(fs.mounts, point, flags)
            return
        if flags & MS_MOVE:
            raise errors.NotSupported(target, "moving a mount (MS_MOVE) is not supported")
        if flags & MS_BIND:
            kernel.vfs.bind(fs.mounts, fs.at(source), point, source, flags)
        else:
            if point.inode.attr.mode & S_IFMT != S_IFDIR:
                raise errors.NotADirectory(target)
            made = kernel.make_filesystem(fstype, source, data, self.process)
            kernel.vfs.mount(fs.mounts, made, point, source, flags, data.decode("utf-8", "replace"))
        if kernel.events.mounted:
            kernel.events.emit("mounted", self.clock.now_ns(), target, fstype)

    def umount(self, target: bytes, flags: int = 0) -> None:
        """Take a mount away. Raises Busy, naming who uses it; MNT_DETACH takes it away all the same. InvalidArgument: no mount point."""
        self._enter()
        self._root_only(target)
        fs = self.fs
        point = fs.at(target)
        try:
            self._kernel.vfs.umount(fs.mounts, point, flags, self._user_of)
        except errors.SysError as error:
            error.filename = target
            raise
        if self._kernel.events.unmounted:
            self._kernel.events.emit("unmounted", self.clock.now_ns(), target)

    def _user_of(self, mount: Mount) -> str | None:
        """Return who keeps a mount busy, in words, or None."""

        def inside(dentry: Dentry | None) -> bool:
            return dentry is not None and dentry.tree is mount.root

        for process in self._kernel.table.all():
            if process.zombie:
                continue
            name = process.comm.decode("utf-8", "replace")
            if inside(process.fs.cwd) or inside(process.fs.root):
                return f'pid {process.pid} "{name}" stands in it'
            for file in process.fds.files.values():
                if inside(file.dentry):
                    return f'pid {process.pid} "{name}" has a file open in it'
        return None

    def statfs(self, path: bytes) -> StatFs:
        """Return the sizes of the filesystem a path is on."""
        self._enter()
        return self.fs.at(path).inode.fs.statfs()

    def unshare(self, flags: int) -> None:
        """Get namespaces of one's own: CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWPID (for children). NotPermitted: root only.

        Raises NotSupported, by name, for the kinds that aren't there: IPC, USER, NET.
        """
        self._enter()
        self._root_only()
        for bit, name in ((CLONE_NEWIPC, "ipc"), (CLONE_NEWUSER, "user"), (CLONE_NEWNET, "net")):
            if flags & bit:
                raise errors.NotSupported(None, f"{name} namespaces are not supported")
        kernel = self._kernel
        process = self.process
        old = process.namespaces
        if flags & CLONE_NEWNS:
            fs = self.fs
            fs.mounts = kernel.vfs.clone_namespace(fs.mounts)
            fs.prefixes = kernel.vfs.prefix_cache(fs.mounts, fs.root, fs.cred)
        uts, pids = old.uts, old.pid_for_children
        if flags & CLONE_NEWUTS:
            uts = UtsNamespace(kernel.next_namespace(), uts.hostname)
        if flags & CLONE_NEWPID:
            pids = PidNamespace(kernel.next_namespace(), old.pid)
        if flags & (CLONE_NEWUTS | CLONE_NEWPID):
            process.namespaces = Namespaces(old.pid, uts, pids, old.group)

    def setns(self, fd: int, flags: int) -> None:
        """Enter another namespace: not supported yet, and says so."""
        self._enter()
        raise errors.NotSupported(None, "entering another process's namespaces (setns) is not supported")

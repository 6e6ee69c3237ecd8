"""The virtual filesystem: names, mounts, open files. Drivers own inodes; everything in front of them is here.

    dentry.py     Dentry (a name in a tree), Mount, MountNamespace
    walk.py       FsStruct: root, cwd, umask, credentials of a process, and the walk from a path to a dentry
    openfile.py   OpenFile and its kinds: regular file, directory, snapshot of a generated file
    pipe.py       pipes and fifos                    locks.py   flock and byte-range locks
    fdtable.py    descriptors of a process           binfs.py   /usr/bin, made of the announced programs
    hostio.py     open files whose other end is the host: captured output, given input

Import order: dentry, openfile, pipe, locks, fdtable, walk, binfs, hostio.
"""

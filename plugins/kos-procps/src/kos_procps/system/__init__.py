"""The machine: findmnt, lsblk, sysctl, dmesg ..."""

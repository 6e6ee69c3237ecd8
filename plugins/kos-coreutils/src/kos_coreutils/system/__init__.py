"""Commands about the system: mounts, disks, terminals, who is logged in."""

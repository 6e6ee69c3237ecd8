"""The commands of `kos`, one module each. A module imports what it needs when it runs, so that help costs nothing."""

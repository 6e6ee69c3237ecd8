"""What `kos plugin new` writes: one module a kind of driver, and `common.py` for the files that every plugin has.

A kind's module holds
    GROUP      the entry-point group                    PREFIX   how such distributions are called: kos-sched-NAME
    SUMMARY    one line for pyproject and README        USE      how the driver is put to use, for the README (Markdown)
    FILES      path -> text, both with $name $module $package $dist $Class filled in

They are text, not modules, so that nothing in them is imported, checked or tested here by accident; the test of
`kos plugin new` installs every one of them with pip and runs its checks.
"""

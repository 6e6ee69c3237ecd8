"""The command `kos`.

    main.py ──► fastparse.py ──► commands/run.py, commands/sh.py     the path that is typed most; imports nothing heavy
       └──────► app.py ──► commands/*.py                             Typer: help, completion, everything else

options.py is the one table of options behind both. A mistake of the user's is a KosError: `kos: what, where, what to do`,
status 2, no traceback.
"""

"""What programs are written with: options, complaints, inputs, messages, globs, regular expressions, streams.

Import the module you need (`from kos_kernel.toolkit.options import Command`); importing this package loads nothing, since
every command pays for what it imports. Sits just above `contracts/`; plugins reach it through `kos_kernel.api`.
"""

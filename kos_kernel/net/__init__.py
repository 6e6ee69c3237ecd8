"""The network's switchboard: protocol drivers by family, and sockets as open files.

switchboard.py   which driver makes the sockets of a family; unix paths -> endpoints
sockets.py       SocketFile: an endpoint behind a descriptor
"""

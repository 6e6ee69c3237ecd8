"""Datagrams and streams inside one machine: 127.0.0.1 and unix sockets."""

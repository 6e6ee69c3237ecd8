"""patch: differences put into files. command.py begins it; reading/ is what a patch says, placing.py where it fits."""

"""The lab's devices in containers: each is a station, with its own keys and its own networks.

``python -m lab.stations serve`` is a station's main process: it listens where it has to and
waits. Work comes by ``obey``: one order on standard input, lines of JSON on standard output.
``health`` says whether the station is well.
"""

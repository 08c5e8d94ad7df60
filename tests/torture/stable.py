"""A process that has loaded the archives' modules, and forks an archive whenever it is told to.

An archive that starts anew loads modules for a second; a forked one serves in a tenth of that.
Orders come as JSON lines on standard input, one archive at a time; each gives two lines on
standard output: the archive's process id, and its exit status once it has ended.
"""

import json
import os
import sys

import pacs_open.cli
import pacs_open.server
import pacs_open.workers
import pacs_secure.cli

MAIN = {"open": pacs_open.cli.main, "secure": pacs_secure.cli.main}


def serve(order):
    """In the child: an archive in a process group of its own; never returns."""
    os.setsid()
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    output = os.open(order["output"], os.O_WRONLY)
    for number, descriptor in ((0, log), (1, output), (2, log)):
        os.dup2(descriptor, number)
    os._exit(MAIN[order["kind"]](order["arguments"]))


def say(number):
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    for line in sys.stdin:
        if (pid := os.fork()) == 0:
            serve(json.loads(line))
        say(pid)
        say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

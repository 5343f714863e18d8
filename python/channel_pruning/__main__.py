"""The command line: ``prune``, ``channel-pruning`` and ``python -m channel_pruning``."""

import signal
import sys

from ._core import main as run


def main() -> int:
    """Runs the command that the arguments name; returns the exit code."""
    # As in the program that is Rust alone: Ctrl-C ends it, and so does a reader that closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

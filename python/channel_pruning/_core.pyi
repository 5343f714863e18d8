from typing import Callable, Dict, List, Optional, Sequence, Tuple

from ._data import Images

__version__: str

class Error(Exception):
    """Why something could not be done, in one sentence."""

    file: Optional[str]
    """The file, where it is known."""
    node: Optional[str]
    """The node of the network, where there is one."""
    reason: str
    """What is wrong."""

def call(
    args: Sequence[str],
    files: Sequence[Tuple[str, bytes]],
    images: Optional[Images],
    progress: Optional[Callable[[float, str], object]],
    /,
) -> Tuple[str, Dict[str, bytes], List[str]]: ...
def main(args: Sequence[str], /) -> int: ...

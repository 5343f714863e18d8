from typing import Callable, List, Optional, Sequence, Tuple, final

__version__: str

class Error(Exception):
    """Why something could not be done, in one sentence."""

    file: Optional[str]
    """The file, where it is known."""
    node: Optional[str]
    """The node of the network, where there is one."""
    reason: str
    """What is wrong."""

@final
class Images:
    @staticmethod
    def from_files(files: Sequence[Tuple[str, bytes]]) -> Images: ...
    @staticmethod
    def from_pixels(
        pictures: Sequence[Tuple[int, int, bytes]], labels: Optional[Sequence[int]]
    ) -> Images: ...
    @staticmethod
    def from_tensors(
        batches: Sequence[Tuple[Sequence[int], bytes]], labels: Optional[Sequence[int]]
    ) -> Images: ...
    def __len__(self) -> int: ...

def call(
    args: Sequence[str],
    files: Sequence[Tuple[str, bytes]],
    images: Optional[Images] = None,
    progress: Optional[Callable[[float, str], object]] = None,
) -> Tuple[str, List[Tuple[str, bytes]], List[str]]: ...
def main(args: Sequence[str]) -> int: ...

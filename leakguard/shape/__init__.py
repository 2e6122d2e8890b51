"""The shape of what ships: which files by pattern, of what kind, and about how large; what a reviewer can read and a rebuild keeps.

A name is generalised where a rebuild or a release changes it (content hashes, the package's own version, the tags of a compiled
module), and nowhere else. Sizes are told by class, so that a file that grows a little keeps its line.
"""

from leakguard.shape._kinds import kind_of
from leakguard.shape._model import Line, Shape, Shapes, files_of, kind_of_listed, platform_of, role_of, shape_of, shapes_of
from leakguard.shape._names import Generaliser, regular, spelled
from leakguard.shape._sizes import FLOOR, size_class, spelled_size, told_size

__all__ = [
    "FLOOR",
    "Generaliser",
    "Line",
    "Shape",
    "Shapes",
    "files_of",
    "kind_of",
    "kind_of_listed",
    "platform_of",
    "regular",
    "role_of",
    "shape_of",
    "shapes_of",
    "size_class",
    "spelled",
    "spelled_size",
    "told_size",
]

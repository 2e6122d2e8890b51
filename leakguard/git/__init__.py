"""Git's plumbing: asked for facts, never allowed to run anything that a repository configures, to fetch, or to take for ever.

    repository = git.find()             # for hooks: the repository and the index that git told its hook about
    repository = git.around(folder)     # for all else: the repository that holds a folder, whatever the variables say

The program is an absolute one outside of the project. It gets none of the variables that steer git but those which a hook needs, and
settings that switch off hooks, monitors, pagers, external diffs and transports; answers are bounded in time and bytes. No command is
used that would apply a filter.
"""

from leakguard.git._process import HOOK_VARIABLES, Failed
from leakguard.git._records import LINK, SUBMODULE, Change, Listed, is_digest
from leakguard.git._repository import Repository, around, find, top_around

__all__ = [
    "HOOK_VARIABLES",
    "LINK",
    "SUBMODULE",
    "Change",
    "Failed",
    "Listed",
    "Repository",
    "around",
    "find",
    "is_digest",
    "top_around",
]

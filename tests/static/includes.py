# SPDX-License-Identifier: BSD-3-Clause
"""Which file of the tree includes which, however it is written.

The text is read as the compiler reads it: trigraphs, continued lines, comments, digraphs, both
styles of quotes, #include_next, #import, and the assembler's .include and .incbin. Branches of #if
that are not compiled count too.
"""

import functools
import os
import re
from pathlib import Path

SUFFIXES = (".c", ".h", ".S", ".s", ".inc", ".def")
INCLUDE_FOLDERS = ("", "arch/arm64/include/", "arch/common/include/", "arch/arm/include/", "drivers/gic/include/")
OF_ARM = ("", "arch/arm/include/", "arch/common/include/")  # for what is built for the Cortex-R5F alone

COMMENT_OR_STRING = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.S)
DIRECTIVE = re.compile(r"^[ \t\f\v]*(?:#|%:)[ \t\f\v]*(?:include|include_next|import)\b[ \t\f\v]*(.*)$", re.M)
OF_ASSEMBLER = re.compile(r'\.(?:include|incbin)\s+\\?"([^"\\]+)')
NAMED = re.compile(r'"([^"]+)"|<([^>]+)>')


class Include:
    """One directive: `text` as written, `name` between its quotes (None: a macro), `quoted` with ""."""

    def __init__(self, text, name, quoted):
        self.text, self.name, self.quoted = text, name, quoted


def without_comments(text):
    """Lines as the preprocessor's directives see them."""
    text = re.sub(r"(?:\\|\?\?/)[ \t]*\r?\n", "", text.replace("??=", "#"))
    return COMMENT_OR_STRING.sub(lambda match: " " if match.group().startswith("/") else match.group(), text)


@functools.lru_cache(maxsize=None)
def includes_of(text):
    text = without_comments(text)
    found = []
    for written in DIRECTIVE.findall(text):
        named = NAMED.match(written)
        name = (named.group(1) or named.group(2)) if named else None
        found.append(Include(written.strip(), name, bool(named and named.group(1))))
    return found + [Include(f'"{name}"', name, True) for name in OF_ASSEMBLER.findall(text)]


def target_of(path, include, exists):
    """The file of the tree that it means; None: none of ours."""
    folders = ([os.path.dirname(path) + "/"] if include.quoted else []) + list(OF_ARM if path.startswith("arch/arm/") else INCLUDE_FOLDERS)
    candidates = (os.path.normpath(folder + include.name) for folder in folders)
    return next((name for name in candidates if exists(name)), None)


def canonical(target):
    """How a file is to be named in an #include."""
    folder = next((name for name in INCLUDE_FOLDERS[1:] if target.startswith(name)), "")
    return target[len(folder):]


def files_below(root, left_out, endings):
    """All files below root but for hidden folders and those left out (paths relative to root)."""
    found = []
    for folder, folders, files in os.walk(root):
        relative = os.path.relpath(folder, root)
        folders[:] = [name for name in folders if not name.startswith(".")
                      and os.path.normpath(f"{relative}/{name}") not in left_out]
        found += [os.path.normpath(f"{relative}/{name}") for name in files if name.endswith(endings)]
    return sorted(found)


def dependencies(file):
    """What the compiler says that an object was made of (its .d file), the object's own line only."""
    rule = Path(file).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()[0]
    return [os.path.normpath(name) for name in rule.partition(":")[2].split()]

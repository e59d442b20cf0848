"""Which oneDNN is in an ELF file, if any."""

import dataclasses
import enum
import os

from . import elf, library_path

# In every version and in no other library.
COMMON_FUNCTION = "dnnl_primitive_create"
FUNCTION_OF_MAJOR = {3: "dnnl_memory_desc_create_with_strides", 2: "dnnl_memory_desc_init_by_strides"}
# What remains of a stripped oneDNN: what it calls itself in verbose output.
NAMES_IN_TEXT = (b"onednn_verbose,", b"dnnl_verbose,", b"DNNL_VERBOSE")


class Form(enum.Enum):
    SHARED = "shared"
    INSIDE = "static inside"


@dataclasses.dataclass(frozen=True)
class Image:
    path: str
    form: Form
    major: int # 2 or 3; 0 if that cannot be seen


def examine(path):
    """The Image of a file that has a oneDNN, or None."""
    try:
        if os.path.samefile(path, library_path()):
            return None
        with elf.opened(path) as file:
            if not file.is_native:
                return None
            for table, form in ((elf.DYNAMIC_SYMBOLS, Form.SHARED), (elf.SYMBOL_TABLE, Form.INSIDE)):
                if file.defines(COMMON_FUNCTION, table):
                    majors = [major for major, function in FUNCTION_OF_MAJOR.items() if file.defines(function, table)]
                    return Image(path, form, (majors or [0])[0])
            if any(file.contains(name) for name in NAMES_IN_TEXT):
                return Image(path, Form.INSIDE, 0)
    except (OSError, elf.BadElf):
        pass # gone since it was loaded, or no file, as the kernel's vdso
    return None

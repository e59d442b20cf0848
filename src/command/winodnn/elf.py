"""What there is to know of an ELF file before anybody runs it."""

import contextlib
import mmap
import struct

MAGIC = b"\x7fELF"
BITS_64, LITTLE_ENDIAN, X86_64 = 2, 1, 62
LOADER_NAME = 3 # PT_INTERP
SYMBOL_TABLE, DYNAMIC_SYMBOLS = 2, 11 # SHT_SYMTAB, SHT_DYNSYM
HEADER = struct.Struct("<16xHHIQQQIHHHHHH")
SEGMENT = struct.Struct("<IIQQQQQQ")
SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")


class BadElf(ValueError):
    pass


class Elf:
    """Of a mapped or read file. 64-bit files of this machine have all; of others only is_native tells."""

    def __init__(self, content):
        self._content = content
        if content[:4] != MAGIC or len(content) < 20:
            raise BadElf("not an ELF file")
        machine = int.from_bytes(content[18:20], "little")
        self.is_native = content[4] == BITS_64 and content[5] == LITTLE_ENDIAN and machine == X86_64
        if not self.is_native:
            return
        try:
            (_, _, _, _, segments, sections, _, _, segment_size, segment_count, section_size, section_count,
             _) = HEADER.unpack_from(content)
            self._segments = [SEGMENT.unpack_from(content, segments + i * segment_size) for i in range(segment_count)]
            self._sections = [SECTION.unpack_from(content, sections + i * section_size) for i in range(section_count)]
        except struct.error as error:
            raise BadElf("a truncated ELF file") from error

    def loader(self):
        """The program interpreter; None in libraries and in programs that are linked statically."""
        for segment_type, _, offset, _, _, size, _, _ in self._segments:
            if segment_type == LOADER_NAME:
                return self._content[offset:offset + size].rstrip(b"\0").decode(errors="replace")
        return None

    def defines(self, name, table=DYNAMIC_SYMBOLS):
        """Whether a table of symbols has this one, defined here and not taken from elsewhere."""
        for section_type, offset, size, link in ((s[1], s[4], s[5], s[6]) for s in self._sections):
            if section_type != table or link >= len(self._sections):
                continue
            strings_at, strings_size = self._sections[link][4:6]
            places = {found - strings_at for found in self._all(name.encode() + b"\0", strings_at, strings_size)}
            # Whole symbols only: unpacking wants it so.
            symbols = self._content[offset:offset + size - size % SYMBOL.size]
            if places and any(at in places and section != 0
                              for at, _, _, section, _, _ in SYMBOL.iter_unpack(symbols)):
                return True
        return False

    def contains(self, text):
        return self._content.find(text) >= 0

    def _all(self, text, start, size):
        at = self._content.find(text, start, start + size)
        while at >= 0:
            yield at
            at = self._content.find(text, at + 1, start + size)


@contextlib.contextmanager
def opened(path):
    """The file as an Elf. OSError or BadElf if there is none."""
    with open(path, "rb") as file:
        try:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise BadElf("an empty file") from error
        with content:
            yield Elf(content)

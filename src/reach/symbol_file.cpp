#include "reach/symbol_file.hpp"

#include "files/file_descriptor.hpp"
#include "reach/build_id.hpp"

#include <cerrno>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unordered_map>
#include <utility>
#include <vector>

namespace winodnn {
namespace {

template <typename Header>
Header header_at(std::span<const std::byte> bytes, std::size_t index = 0) {
    Header header;
    std::memcpy(&header, bytes.data() + index * sizeof(Header), sizeof(Header));
    return header;
}

// Names that begin alike are looked at, all others are passed over: a table has hundreds of thousands.
class beginnings {
public:
    explicit beginnings(std::span<const std::string_view> names) {
        for (const std::string_view name : names) {
            const std::uint64_t first = beginning_of(name.data());
            if (name.size() >= sizeof(first) && !has(first)) known_.push_back(first);
        }
    }

    bool has(std::uint64_t beginning) const {
        for (const std::uint64_t known : known_)
            if (known == beginning) return true;
        return false;
    }
    static std::uint64_t beginning_of(const void *name) {
        std::uint64_t first = 0;
        std::memcpy(&first, name, sizeof(first));
        return first;
    }

private:
    std::vector<std::uint64_t> known_;
};

bool is_function(const Elf64_Sym &symbol) {
    return ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF && symbol.st_value != 0;
}

} // namespace

expected<symbol_file> symbol_file::open(const std::string &path) {
    const auto failed = [&](const std::string &why) {
        return refuse(refusal_reason::machine, "the file that it was loaded from cannot be read: " + why);
    };
    const file_descriptor file = open_file(AT_FDCWD, path.c_str(), O_RDONLY | O_NONBLOCK);
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0) return failed(std::strerror(errno));
    if (!S_ISREG(status.st_mode) || status.st_size < off_t {sizeof(Elf64_Ehdr)})
        return failed("it is no library");
    const auto bytes = static_cast<std::size_t>(status.st_size);
    void *mapped = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (mapped == MAP_FAILED) return failed(std::strerror(errno));
    symbol_file opened({static_cast<const std::byte *>(mapped), bytes});
    if (!opened.read()) return failed("it is no 64-bit x86 library, or damaged");
    return opened;
}

symbol_file::symbol_file(std::span<const std::byte> mapped) : mapped_(mapped) {}

symbol_file::symbol_file(symbol_file &&other) noexcept
    : mapped_(std::exchange(other.mapped_, {})), symbols_(other.symbols_), names_(other.names_),
      build_id_(std::move(other.build_id_)) {}

symbol_file::~symbol_file() {
    if (!mapped_.empty()) munmap(const_cast<std::byte *>(mapped_.data()), mapped_.size());
}

std::span<const std::byte> symbol_file::bytes_at(std::uint64_t offset, std::uint64_t bytes) const {
    if (offset > mapped_.size() || bytes > mapped_.size() - offset) return {};
    return mapped_.subspan(offset, bytes);
}

bool symbol_file::read() {
    const auto header = header_at<Elf64_Ehdr>(mapped_);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64
            || header.e_machine != EM_X86_64)
        return false;
    const auto segments = bytes_at(header.e_phoff, std::uint64_t {header.e_phnum} * sizeof(Elf64_Phdr));
    const auto sections = bytes_at(header.e_shoff, std::uint64_t {header.e_shnum} * sizeof(Elf64_Shdr));
    for (std::size_t i = 0; i < segments.size() / sizeof(Elf64_Phdr); ++i) {
        const auto segment = header_at<Elf64_Phdr>(segments, i);
        if (segment.p_type == PT_NOTE && build_id_.empty())
            build_id_ = build_id_in(bytes_at(segment.p_offset, segment.p_filesz));
    }
    const std::size_t count = sections.size() / sizeof(Elf64_Shdr);
    for (std::size_t i = 0; i < count; ++i) {
        const auto section = header_at<Elf64_Shdr>(sections, i);
        if (section.sh_type != SHT_SYMTAB || section.sh_link >= count) continue;
        const auto names = header_at<Elf64_Shdr>(sections, section.sh_link);
        symbols_ = bytes_at(section.sh_offset, section.sh_size);
        names_ = bytes_at(names.sh_offset, names.sh_size);
        // The last name has to end.
        if (names_.empty() || names_.back() != std::byte {0}) symbols_ = {};
    }
    return true;
}

std::map<std::string_view, function_symbol> symbol_file::find(std::span<const std::string_view> names) const {
    std::unordered_map<std::string_view, std::string_view> wanted;
    for (const std::string_view name : names) wanted.emplace(name, name);
    const beginnings looked_at(names);
    std::map<std::string_view, function_symbol> found;
    const std::size_t count = symbols_.size() / sizeof(Elf64_Sym);
    for (std::size_t i = 0; i < count; ++i) {
        const auto symbol = header_at<Elf64_Sym>(symbols_, i);
        if (!is_function(symbol) || std::uint64_t {symbol.st_name} + sizeof(std::uint64_t) > names_.size())
            continue;
        const auto *name = reinterpret_cast<const char *>(names_.data()) + symbol.st_name;
        if (!looked_at.has(beginnings::beginning_of(name))) continue;
        const auto known = wanted.find(std::string_view(name));
        if (known == wanted.end()) continue;
        const auto [at, is_new] =
                found.try_emplace(known->second, function_symbol {symbol.st_value, symbol.st_size, true});
        if (!is_new && at->second.value != symbol.st_value) at->second.is_unique = false;
    }
    return found;
}

} // namespace winodnn

#include "provider/reach/reached_onednn.hpp"

#include "process/never_destroyed.hpp"
#include "process/own_folder.hpp"
#include "provider/onednn/callers.hpp"
#include "reach/redirection.hpp"
#include "reach/symbol_file.hpp"

#include <algorithm>
#include <dlfcn.h>
#include <memory>
#include <utility>
#include <vector>

namespace winodnn {
namespace {

constexpr std::string_view version_function = "dnnl_version";
constexpr std::string_view common_function =
        "dnnl_primitive_create"; // in every version, and in no other library
// These give out objects of ours, so they are the last to be redirected: no other function gets one before it
// knows what to do with it.
constexpr std::string_view makers[] = {
        "dnnl_convolution_forward_primitive_desc_create", "dnnl_reorder_primitive_desc_create"};
// A oneDNN can be built without some primitives. Not without these.
constexpr std::string_view needed_primitives[] = {
        makers[0], makers[1], "dnnl_eltwise_forward_primitive_desc_create"};

using symbols = std::map<std::string_view, function_symbol>;

std::span<exported_function> exported() {
    return {exported_functions, exported_functions_end};
}

std::string cold_part_of(std::string_view name) {
    return std::string(name) + ".cold"; // as GCC calls it
}

// All that is looked for.
const std::vector<std::string> &names() {
    static const never_destroyed<std::vector<std::string>> all([] {
        std::vector<std::string> list;
#define WINODNN_ADD(name) list.emplace_back(#name);
        WINODNN_REAL_FUNCTIONS(WINODNN_ADD)
        WINODNN_NEWER_FUNCTIONS(WINODNN_ADD)
#undef WINODNN_ADD
        for (const exported_function &function : exported()) list.push_back(cold_part_of(function.name));
        return list;
    });
    return *all;
}

// Of the functions that we call. Nothing if all is there.
const char *missing_in(const symbols &found) {
    const auto may_be_missing = [](std::string_view name) {
        return name.ends_with("_primitive_desc_create")
               && std::ranges::find(needed_primitives, name) == std::end(needed_primitives);
    };
#define WINODNN_CHECK(name)                                                                                  \
    if (!found.contains(#name) && !may_be_missing(#name)) return #name;
    WINODNN_REAL_FUNCTIONS(WINODNN_CHECK)
#undef WINODNN_CHECK
    return nullptr;
}

template <typename Text>
tl::unexpected<refusal> refused(const Text &why) {
    return refuse(refusal_reason::machine, why);
}

const void *address_of(const loaded_image &image, const function_symbol &symbol) {
    return reinterpret_cast<const void *>(image.base + symbol.value);
}

// Its own answer, asked before anything is redirected.
const dnnl_version_t *version_of(const loaded_image &image, const function_symbol &symbol) {
    return reinterpret_cast<decltype(&::dnnl_version)>(const_cast<void *>(address_of(image, symbol)))();
}

std::span<const std::uint8_t> code_of(
        const loaded_image &image, const symbols &found, std::string_view name) {
    const auto symbol = found.find(name);
    if (symbol == found.end()) return {};
    return {static_cast<const std::uint8_t *>(address_of(image, symbol->second)), symbol->second.size};
}

std::vector<redirected_function> to_redirect(const loaded_image &image, const symbols &found) {
    std::vector<redirected_function> list;
    for (const exported_function &function : exported()) {
        // The C++ ones are for oneDNN's own tests, which do not link it statically.
        if (!found.contains(function.name) || std::string_view(function.name).starts_with("_Z")) continue;
        list.push_back({function.name, code_of(image, found, function.name),
                code_of(image, found, cold_part_of(function.name)), function.reached,
                std::ranges::find(makers, function.name) != std::end(makers)});
    }
    return list;
}

expected<void> check(const loaded_image &image, const symbol_file &file, const symbols &found) {
    if (image.build_id.empty())
        return refused("it has no build-id, by which memory and file could be compared");
    if (image.build_id != file.build_id())
        return refused("its file is not the one that was loaded: the build-id is another");
    for (const auto &[name, symbol] : found) {
        const auto *begin = static_cast<const char *>(address_of(image, symbol));
        if (!symbol.is_unique)
            return refused("it has several functions that are called " + std::string(name));
        if (!image.contains(begin) || !image.contains(begin + symbol.size))
            return refused("its symbol table says that functions lie outside of it");
    }
    if (!found.contains(version_function)) return refused("its oneDNN has no dnnl_version");
    const dnnl_version_t *version = version_of(image, found.at(version_function));
    if (version->major != 3)
        return refused("its oneDNN is v" + std::to_string(version->major) + ", and winodnn serves v3");
    if (const char *missing = missing_in(found))
        return refused("its symbol table has no " + std::string(missing));
    return {};
}

// For good. What refers to them is code, where leak checkers do not look. Of the thread that looks at images.
const onednn *keep(std::unique_ptr<const onednn> reached) {
    static never_destroyed<std::vector<std::unique_ptr<const onednn>>> all;
    return all->emplace_back(std::move(reached)).get();
}

expected<const onednn *> redirect(const loaded_image &image, const symbols &found, void *library) {
    const expected<decoder> decode = decoder::load(beside_this_library("libwinodnn-zydis.so"));
    if (!decode) return tl::unexpected(decode.error());
    // What its functions will be called with, before it is known which they are.
    auto reached = std::make_unique<onednn>(library);
    const std::vector<redirected_function> functions = to_redirect(image, found);
    expected<redirection> made = redirection::prepare(*decode, image, functions, reached.get());
    if (!made) return tl::unexpected(std::move(made.error()));
    reached->find_by([&](std::string_view name) -> void * {
        const auto at = std::ranges::find(functions, name, &redirected_function::name);
        if (at != functions.end())
            return const_cast<void *>(made->original(static_cast<std::size_t>(at - functions.begin())));
        const auto symbol = found.find(name);
        return symbol == found.end() ? nullptr : const_cast<void *>(address_of(image, symbol->second));
    });
    const onednn *kept = keep(std::move(reached));
    return made->install().map([&] { return kept; });
}

} // namespace

std::optional<expected<const onednn *>> reach_onednn(const loaded_image &image) {
    const expected<symbol_file> file = symbol_file::open(image.path);
    // Not even a file, as the kernel's own library; or stripped. Whether a oneDNN is inside nobody can say.
    if (!file || !file->has_symbols()) return {};
    const std::vector<std::string_view> wanted(names().begin(), names().end());
    const symbols found = file->find(wanted);
    if (!found.contains(common_function)) return {};
    void *library = keep_image(image);
    if (library == nullptr) return {};
    const bool is_exported =
            dlsym(library, common_function.data()) == address_of(image, found.at(common_function));
    if (is_exported && !image.is_program) return {};
    if (const expected<void> checked = check(image, *file, found); !checked)
        return tl::unexpected(checked.error());
    return redirect(image, found, library);
}

} // namespace winodnn

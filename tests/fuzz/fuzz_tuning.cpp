// libFuzzer's target: tuning files that are nearly right. What is read comes back, with what is added; what
// is not understood is never written over.
#include "fuzz/altered_json.hpp"
#include "fuzz/memory_file.hpp"

#include "tuning/tuning_file.hpp"
#include "tuning/tuning_store.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace winodnn::fuzz {
namespace {

// Of this process, removed at its end.
class folder {
public:
    folder() { std::filesystem::create_directories(path_); }
    ~folder() { std::filesystem::remove_all(path_); }
    folder(const folder &) = delete;
    folder &operator=(const folder &) = delete;
    std::string file() const { return path_ / "t.json"; }

private:
    const std::filesystem::path path_ =
            std::filesystem::temp_directory_path() / ("fuzz_tuning." + std::to_string(getpid()));
};

const std::string document =
        "{\"winodnn_tuning\":1,\"layers\":[\n"
        " {\"cpu\":\"A CPU\",\"onednn\":\"3.2.1\",\"winodnn\":\"0.1.0\",\"isa\":\"avx2\",\"threads\":1,"
        "\"algorithm\":\"direct\",\"problem\":\"p1\",\"winner\":\"f4x4:tiles24:chunks1\","
        "\"microseconds\":{\"direct\":2.5,\"f4x4:tiles24:chunks1\":1.25e1}},\n"
        " {\"cpu\":\"A CPU\",\"onednn\":\"3.2.1\",\"winodnn\":\"0.1.0\",\"isa\":\"avx2\",\"threads\":2,"
        "\"algorithm\":\"winograd\",\"problem\":\"p2\",\"winner\":\"direct\",\"microseconds\":{}}]}\n";

std::string content_of_file(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    return (std::ostringstream() << file.rdbuf()).str();
}

std::string draw_text(input &in) {
    return in.one_in(2) ? draw_bytes(in) : in.any_of<const char *>({"A CPU", "p1", "direct", "3.2.1", ""});
}

} // namespace

void run(input &in) {
    static const folder own;
    const std::string path = own.file();
    const bool raw = in.one_in(8);
    tuning_key key {
            draw_text(in), "3.2.1", "0.1.0", "avx2", 1 + int(in.pick(3)), draw_text(in), draw_text(in)};
    const tuning_result result {draw_text(in), {{draw_text(in), double(in.byte()) / 8}}};
    std::string text = raw ? std::string() : altered(document, in);
    while (raw && !in.empty()) text += static_cast<char>(in.byte());
    std::ofstream(path, std::ios::binary) << text;

    tuning_results expected;
    bool understood = true;
    try {
        expected = read_tuning(path);
    } catch (const std::runtime_error &error) {
        if (!std::string(error.what()).starts_with(path + ":")) std::abort();
        understood = false;
    }
    tuning_store store(path);
    const auto known = store.find(key);
    if (known.has_value() != (understood && expected.contains(key)) || store.failed() == understood)
        std::abort();
    try {
        add_to_tuning(path, key, result);
        expected[key] = result;
        if (!understood || read_tuning(path) != expected) std::abort();
    } catch (const std::runtime_error &) {
        if (understood || content_of_file(path) != text) std::abort();
    }
}
} // namespace winodnn::fuzz

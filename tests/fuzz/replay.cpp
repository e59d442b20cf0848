// A fuzzer's target without libFuzzer, which only Clang has: the files of a corpus, and some random bytes.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace {

// In a buffer of its own size, so that the sanitizers see what is read behind it.
void run(const std::vector<std::uint8_t> &bytes) {
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

int replay(const char *corpus) {
    std::set<std::filesystem::path> files;
    std::error_code error;
    for (const auto &entry : std::filesystem::directory_iterator(corpus, error)) files.insert(entry.path());
    if (error || files.empty()) {
        std::fprintf(stderr, "%s: there are no files\n", corpus);
        return 1;
    }
    for (const auto &path : files) {
        std::printf("%s\n", path.c_str());
        std::fflush(stdout); // it may be the last one
        std::ifstream file(path, std::ios::binary);
        run({std::istreambuf_iterator<char>(file), {}});
    }
    std::printf("%zu files\n", files.size());
    return 0;
}

void run_random(unsigned long seed) {
    std::printf("random bytes, seed %lu\n", seed);
    std::fflush(stdout);
    std::mt19937_64 random(seed);
    std::vector<std::uint8_t> bytes(random() % 400);
    for (auto &byte : bytes) byte = static_cast<std::uint8_t>(random());
    run(bytes);
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2 || std::strcmp(argv[1], "--help") == 0) {
        std::printf("usage: %s CORPUS\nRuns the files of a fuzzer's corpus, and random bytes.\n", argv[0]);
        return argc == 2 ? 0 : 2;
    }
    constexpr unsigned long seeds = 100;
    for (unsigned long seed = 0; seed < seeds; ++seed) run_random(seed);
    return replay(argv[1]);
}

// Writes a layer's data and what is made of them: calibration_probe FOLDER
#include "calibration/calibration_file.hpp"
#include "calibration/noise.hpp"
#include "calibration/samples.hpp"

#include <fstream>

namespace {

using namespace winodnn;

template <typename T>
void write(const std::string &path, const std::vector<T> &values) {
    std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char *>(values.data()),
                    static_cast<std::streamsize>(values.size() * sizeof(T)));
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    const std::string folder = std::string(argv[1]) + "/";
    // So few tiles that all of them are kept.
    const testing::layer_samples s(1, 24, 20, 16, 3, 3);
    write(folder + "source.u8", s.source);
    write(folder + "weights.s8", s.weights);
    std::string noise;
    for (const tile_id id : all_tiles()) {
        const tile &t = tile_of(id);
        if (t.taps != grid_size {3, 3}) continue;
        noise += (noise.empty() ? "{\"" : ",\"") + std::string(t.name) + "\":[";
        const std::vector<double> of_ranges = noise_of_ranges({t, s.p, s.weights}, source_range(s.p));
        for (std::size_t c = 0; c < of_ranges.size(); ++c)
            noise += (c == 0 ? "" : ",") + std::to_string(of_ranges[c]);
        noise += "]";
    }
    std::ofstream(folder + "noise.json") << noise << "}";
    for (std::size_t n = 0; n < scale_choice_names.size(); ++n) {
        const auto choice = static_cast<scale_choice>(n);
        write_calibration({choice, {s.observed(choice)}}, folder + scale_choice_names[n] + ".json");
    }
    return 0;
}

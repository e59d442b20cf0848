// A network in plain oneDNN, as standard input asks for it. It knows nothing of winodnn: whoever wants to
// compare runs it twice, once with libwinodnn.so preloaded.
#include "network.hpp"

#include "onednn/isa_name.hpp"
#include "timing/program.hpp"
#include "timing/turn_json.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

namespace {

using namespace winodnn::bench;
using nlohmann::json;

const char *const usage =
        "usage: network_runner NETWORK PARAMETERS\n"
        "  NETWORK is a description in JSON, see bench/network_runner/network.hpp\n"
        "  PARAMETERS has its weights, biases and slopes: f32 values, one after the other\n"
        "Reads commands from stdin, one a line, in JSON, and answers each with a line of JSON:\n"
        "  [\"run\", INPUT, OUTPUT]  from file to file\n"
        "  [\"maxima\", INPUT]       the largest magnitudes of each step's output channels\n"
        "  [\"digests\", INPUT]      hashes of each step's output\n"
        "  [\"turn\"]                times all steps on the last input: for the referee\n";

std::vector<float> read_parameters(const std::string &path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) throw std::runtime_error(path + ": cannot be read");
    std::vector<float> values(static_cast<std::size_t>(file.tellg()) / sizeof(float));
    file.seekg(0);
    if (!file.read(reinterpret_cast<char *>(values.data()),
                static_cast<std::streamsize>(values.size() * sizeof(float))))
        throw std::runtime_error(path + ": cannot be read");
    return values;
}

json introduction(const network &net) {
    const dnnl_version_t *const v = dnnl_version();
    return {{"onednn", std::to_string(v->major) + '.' + std::to_string(v->minor) + '.'
                               + std::to_string(v->patch)},
            {"isa", isa_name()}, {"steps", net.steps()}};
}

json answer(network &net, const std::string &line) {
    const json words = json::parse(line);
    const std::string verb = words.at(0);
    if (verb == "run") {
        net.run(words.at(1), words.at(2));
        return json::object();
    }
    if (verb == "digests") return net.digests(words.at(1));
    if (verb == "maxima") return net.channel_maxima(words.at(1));
    if (verb != "turn") throw std::runtime_error("there is no command '" + verb + "'");
    return net.take_turn();
}

void serve(const char *network_path, const char *parameters_path) {
    std::ifstream file(network_path);
    if (!file) throw std::runtime_error(std::string(network_path) + ": cannot be read");
    network net(json::parse(file), read_parameters(parameters_path));
    std::cout << introduction(net) << std::endl;
    std::string line;
    while (std::getline(std::cin, line)) std::cout << answer(net, line) << std::endl;
}

} // namespace

int main(int argc, char **argv) {
    return winodnn::bench::run_program(
            "network_runner", usage, argc, argv,
            [&] {
                if (argc != 3) throw std::invalid_argument("two arguments");
                serve(argv[1], argv[2]);
                return 0;
            },
            1);
}

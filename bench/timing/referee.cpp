// rounds.hpp for contenders that are processes, whichever language they are written in. Prints
//   turn I                     and reads one line, a turn of contender I: [[least seconds, undisturbed,
//   disturbed], ...],
//                              an entry for each of its parts
// until the times can be believed or the seconds are over, then one line of JSON: the standings.
#include "rounds.hpp"

#include "timing/program.hpp"
#include "timing/turn_json.hpp"
#include "vs_direct/option.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

using namespace winodnn::bench;
using nlohmann::json;

constexpr const char *usage =
        "usage: referee --contenders=N --seconds=S\n"
        "  Asks for a contender's turn with the line 'turn I', and reads one line of JSON:\n"
        "  [[least seconds, undisturbed executions, disturbed ones], ...]; ends with the standings\n";

std::vector<turn> ask_for_turn(std::size_t contender) {
    std::printf("turn %zu\n", contender);
    std::fflush(stdout);
    std::string line;
    if (!std::getline(std::cin, line)) throw std::runtime_error("no turn came");
    return json::parse(line);
}

// What is not known is null: JSON has no NaN.
json standing_of(const standing &s) {
    json parts = json::array();
    for (const least_time &part : s.parts)
        parts.push_back({{"seconds", part.seconds()}, {"confirmed", part.is_confirmed()},
                {"sightings", part.sightings()}, {"undisturbed", part.undisturbed()},
                {"disturbed", part.disturbed()}});
    return {{"seconds", s.seconds()}, {"confirmed", s.is_confirmed()}, {"parts", parts}};
}

void run(int argc, char **argv) {
    std::size_t contenders = 0;
    double seconds = 0;
    for_each_option(argc, argv, [&](std::string_view name, std::string_view value) {
        if (name == "contenders")
            contenders = number_of<std::size_t>(name, value, 1, 1000);
        else if (name == "seconds")
            seconds = number_of(name, value, 0., 1e6);
        else
            return false;
        return true;
    });
    if (contenders == 0) throw std::invalid_argument("--contenders=N is missing");
    rounds held(contenders);
    held.hold_all(seconds, ask_for_turn);
    json standings = json::array();
    for (std::size_t i = 0; i < contenders; ++i) standings.push_back(standing_of(held.contender(i)));
    std::cout << json({{"contenders", standings}, {"distrust", held.distrust()}}) << std::endl;
}

} // namespace

int main(int argc, char **argv) {
    return winodnn::bench::run_program("referee", usage, argc, argv, [&] {
        run(argc, argv);
        return 0;
    });
}

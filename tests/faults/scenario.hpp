// What a program does while something fails.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace winodnn::testing {

class scenario {
public:
    virtual ~scenario() = default;

    // What is given and what should come out, without a fault. Another variation has other sizes, for which
    // nothing is in any cache.
    virtual void prepare(int variation) = 0;
    // "right" or "wrong", or the status that a function has ended it with. What the library throws goes on to
    // whoever calls this.
    virtual std::string run() = 0;
};

struct named_scenario {
    std::string name;
    std::function<std::unique_ptr<scenario>()> make;
};

std::vector<named_scenario> convolution_scenarios();

// These have the environment of a process for themselves.
std::unique_ptr<scenario> make_calibration(const std::string &folder); // observes, writes, reads and uses
std::unique_ptr<scenario> make_tuned_creation(const std::string &folder);
std::unique_ptr<scenario> make_dumps(const std::string &folder);
std::unique_ptr<scenario> make_calibration_at_exit(const std::string &folder);

} // namespace winodnn::testing

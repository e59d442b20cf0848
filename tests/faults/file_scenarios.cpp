// What winodnn does with files. Whatever fails, a file is the old one or the new one, whole, and convolutions
// are right.
#include "faults/scenario.hpp"

#include "calibration/calibration_file.hpp"
#include "provider/convolution_case.hpp"
#include "tuning/tuning_file.hpp"
#include "winodnn/winodnn.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace winodnn::testing {
namespace {

class on_a_layer : public scenario {
public:
    explicit on_a_layer(std::string folder) : folder_(std::move(folder)) {}

    void prepare(int) override {
        std::filesystem::create_directories(folder_);
        case_.algorithm = dnnl::algorithm::convolution_winograd;
        data_ = std::make_unique<case_data>(case_);
        expected_ = expected_dst(case_, *data_);
    }

protected:
    // Right or wrong, or a status of oneDNN's.
    std::string execute() const {
        try {
            const auto desc = make_desc(case_);
            const dnnl::convolution_forward primitive(desc);
            execution e(case_, *data_, desc);
            e.run(primitive);
            return e.dst() == expected_ ? "right" : "wrong";
        } catch (const dnnl::error &error) {
            return error.status == dnnl_out_of_memory ? "out_of_memory" : "another status";
        }
    }
    // Of the one that is there, if one is.
    std::string state_of(const std::string &file, const std::function<void()> &read) const {
        const auto files = std::distance(std::filesystem::directory_iterator(folder_), {});
        if (!std::filesystem::exists(file)) return files == 0 ? "no file" : "wrong: there is another file";
        try {
            read();
            return "a whole file";
        } catch (const std::runtime_error &) {
            return "wrong: half a file";
        }
    }

    const std::string folder_;
    convolution_case case_ {16, 16, 5, 6};
    std::unique_ptr<case_data> data_;
    std::vector<std::uint8_t> expected_;
};

class calibration_scenario final : public on_a_layer {
public:
    using on_a_layer::on_a_layer;

    void prepare(int variation) override {
        case_.kh = 1; // with few tiles
        case_.pad(0, 1, 0, 1);
        on_a_layer::prepare(variation);
        winodnn_calibration_use(nullptr, 0);
        std::filesystem::remove(file_);
    }

    std::string run() override {
        if (winodnn_calibration_start("mse") != 0) return reason();
        if (const std::string exact = execute(); exact != "right") {
            // Whatever was observed by then is written so that it can be read.
            const bool is_written = winodnn_calibration_write(file_.c_str()) == 0;
            const bool is_read = is_written && winodnn_calibration_use(file_.c_str(), -1000) == 0;
            return is_written && !is_read ? "wrong: a file that is refused" : exact;
        }
        if (winodnn_calibration_write(file_.c_str()) != 0) {
            // Nothing is lost: see what comes of the next attempt, which nothing disturbs any more if one
            // call alone has failed.
            const std::string first = reason();
            return first + (winodnn_calibration_write(file_.c_str()) == 0 ? ", then written" : "");
        }
        if (winodnn_calibration_use(file_.c_str(), -1000) != 0) return reason();
        const std::string quantized = execute();
        if (winodnn_calibration_use(nullptr, 0) != 0) return "wrong: no way back";
        // Eight bits are near; what they are exactly is other tests' business.
        return quantized == "wrong" ? "right" : quantized;
    }

private:
    static std::string reason() {
        const std::string text = winodnn_calibration_error();
        if (text.empty()) return "wrong: no reason";
        return text.find("bad_alloc") != std::string::npos ? "out_of_memory" : "refused";
    }

    const std::string file_ = folder_ + "/c.json";
};

class tuned_creation final : public on_a_layer {
public:
    using on_a_layer::on_a_layer;

    void prepare(int variation) override {
        on_a_layer::prepare(variation);
        std::filesystem::remove(file_);
        std::filesystem::remove(file_ + ".lock");
        setenv("WINODNN_TUNE", file_.c_str(), 1);
    }

    std::string run() override {
        const std::string result = execute();
        std::filesystem::remove(file_ + ".lock");
        const std::string state = state_of(file_, [&] { read_tuning(file_); });
        return state.starts_with("wrong") ? state : result;
    }

private:
    const std::string file_ = folder_ + "/t.json";
};

class dumps final : public on_a_layer {
public:
    using on_a_layer::on_a_layer;

    void prepare(int variation) override {
        on_a_layer::prepare(variation);
        setenv("WINODNN_JIT_DUMP", "1", 1);
        if (chdir(folder_.c_str()) != 0) throw std::runtime_error(folder_ + ": no folder");
    }

    std::string run() override {
        const std::string result = execute();
        for (const auto &entry : std::filesystem::directory_iterator(folder_))
            if (entry.path().extension() != ".bin" || entry.file_size() == 0) return "wrong: half a dump";
        return result;
    }
};

class calibration_at_exit final : public on_a_layer {
public:
    using on_a_layer::on_a_layer;

    void prepare(int variation) override {
        case_.kh = 1;
        case_.pad(0, 1, 0, 1);
        on_a_layer::prepare(variation);
        std::filesystem::remove(file_);
        setenv("WINODNN_CALIBRATE", file_.c_str(), 1);
    }

    std::string run() override {
        const pid_t child = fork();
        if (child == 0) std::exit(execute() == "wrong" ? 1 : 0); // and the rest is done there
        int status = -1;
        waitpid(child, &status, 0);
        if (status != 0) return "wrong: the process's end";
        return state_of(file_, [&] { read_calibration(file_); });
    }

private:
    const std::string file_ = folder_ + "/c.json";
};

} // namespace

std::unique_ptr<scenario> make_calibration(const std::string &folder) {
    return std::make_unique<calibration_scenario>(folder);
}
std::unique_ptr<scenario> make_tuned_creation(const std::string &folder) {
    return std::make_unique<tuned_creation>(folder);
}
std::unique_ptr<scenario> make_dumps(const std::string &folder) {
    return std::make_unique<dumps>(folder);
}
std::unique_ptr<scenario> make_calibration_at_exit(const std::string &folder) {
    return std::make_unique<calibration_at_exit>(folder);
}

} // namespace winodnn::testing

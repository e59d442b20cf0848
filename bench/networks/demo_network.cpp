// An int8 network in plain oneDNN, one step at a time as standard input asks for it. It knows nothing of
// winodnn: demo.py runs it twice, once with libwinodnn.so preloaded.
//   demo_network vgg16|resnet50 IMAGE    IMAGE: 224 x 224 x 3 bytes
// Commands, each answered with one line of JSON:
//   next FILE     makes the next step, runs it once and writes its output to FILE
//   time          times the step
//   adopt FILE    takes the step's output from FILE, so that later steps have the same input everywhere
#include "executable_step.hpp"

#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>
#include <stdexcept>

namespace {

using namespace demo;

const char *isa_name() {
    switch (dnnl::get_effective_cpu_isa()) {
        case dnnl::cpu_isa::sse41: return "sse41";
        case dnnl::cpu_isa::avx: return "avx";
        case dnnl::cpu_isa::avx2: return "avx2";
        case dnnl::cpu_isa::avx2_vnni: return "avx2_vnni";
        case dnnl::cpu_isa::avx512_core: return "avx512_core";
        case dnnl::cpu_isa::avx512_core_vnni: return "avx512_core_vnni";
        case dnnl::cpu_isa::avx512_core_bf16: return "avx512_core_bf16";
        case dnnl::cpu_isa::avx512_core_fp16: return "avx512_core_fp16";
        case dnnl::cpu_isa::avx512_core_amx: return "avx512_core_amx";
        default: break;
    }
    const auto bits = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
    const auto amx = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_amx);
    return (bits & amx) == amx ? "avx512_core_amx or newer" : "another";
}

class network {
public:
    network(const std::string &name, const std::string &image_path) : random_(name) {
        if (name == "vgg16")
            steps_ = vgg16();
        else if (name == "resnet50")
            steps_ = resnet50();
        else
            throw std::runtime_error("the networks are vgg16 and resnet50");
        using dnnl::memory;
        tensor input {
                {{{1, 3, 224, 224}, memory::data_type::u8, memory::format_tag::nhwc}, engine_}, 1.f / 255};
        load(input, image_path);
        tensors_[image] = input;
    }

    void introduce() const {
        const dnnl_version_t *v = dnnl_version();
        std::printf("{\"onednn\": \"%d.%d.%d\", \"isa\": \"%s\", \"steps\": %zu}\n", v->major, v->minor,
                v->patch, isa_name(), steps_.size());
    }

    void next(const std::string &path) {
        const step &s = steps_.at(done_++);
        current_.emplace(engine_, s, tensors_, random_);
        const tensor &output = tensors_.at(s.output);
        save(output, path);
        const share share = shares(output);
        std::printf("{\"name\": \"%s\", \"convolution\": %s, \"kernel\": %ld, \"stride\": %ld,"
                    " \"implementation\": \"%s\", \"nonzero\": %.4f, \"saturated\": %.4f}\n",
                s.name.c_str(), s.what == step::kind::convolution ? "true" : "false", s.kernel, s.stride,
                current_->implementation().c_str(), share.nonzero, share.saturated);
    }

    void time() {
        const char *separator = "";
        std::printf("{\"seconds\": [");
        for (const double seconds : current_.value().time()) {
            std::printf("%s%.9f", separator, seconds);
            separator = ", ";
        }
        std::printf("]}\n");
    }

    void adopt(const std::string &path) {
        load(tensors_.at(steps_.at(done_ - 1).output), path);
        std::printf("{}\n");
    }

private:
    dnnl::engine engine_ {dnnl::engine::kind::cpu, 0};
    generator random_;
    std::vector<step> steps_;
    std::size_t done_ = 0;
    tensors tensors_;
    std::optional<executable_step> current_;
};

void serve(network &net) {
    net.introduce();
    std::fflush(stdout);
    std::string command;
    while (std::getline(std::cin, command)) {
        const auto space = command.find(' ');
        const std::string verb = command.substr(0, space);
        const std::string path = space == std::string::npos ? "" : command.substr(space + 1);
        if (verb == "next")
            net.next(path);
        else if (verb == "time")
            net.time();
        else if (verb == "adopt")
            net.adopt(path);
        else
            throw std::runtime_error("there is no command '" + verb + "'");
        std::fflush(stdout);
    }
}

} // namespace

int main(int argc, char **argv) {
    try {
        if (argc != 3) throw std::runtime_error("usage: demo_network vgg16|resnet50 IMAGE");
        network net(argv[1], argv[2]);
        serve(net);
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "demo_network: %s\n", error.what());
        return 1;
    }
}

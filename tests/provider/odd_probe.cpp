// The probe in odd surroundings, which its arguments make in turn:
//   chdir=FOLDER   changes the working folder
//   digits         a global C++ locale with a decimal comma and points between thousands
//   create-only    creates a convolution, and executes none
//   data=FILE      opens a file of the program's own, and writes to it at the end
#include "probe.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <locale>
#include <string>
#include <unistd.h>

namespace {

struct grouped : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

int create() {
    using namespace dnnl;
    using type = memory::data_type;
    const memory::dims image = {1, 64, 12, 11};
    const convolution_forward::primitive_desc desc(engine(engine::kind::cpu, 0), prop_kind::forward_inference,
            algorithm::convolution_direct, {image, type::u8, memory::format_tag::nhwc},
            {{64, 64, 3, 3}, type::s8, memory::format_tag::any}, {image, type::u8, memory::format_tag::nhwc},
            {1, 1}, {1, 1}, {1, 1});
    std::printf("impl %s\n", desc.impl_info_str());
    return 0;
}

} // namespace

int main(int argc, char **argv) {
    int data = -1;
    bool create_only = false;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i], value = argument.substr(argument.find('=') + 1);
        if (argument.starts_with("chdir=") && chdir(value.c_str()) != 0) return 2;
        create_only = create_only || argument == "create-only";
        if (argument.starts_with("data=")) data = open(value.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
        if (argument == "digits") std::locale::global(std::locale(std::locale(), new grouped));
    }
    const int status = create_only ? create() : probe("winograd");
    if (data >= 0 && write(data, "data", 4) != 4) return 2;
    return status;
}

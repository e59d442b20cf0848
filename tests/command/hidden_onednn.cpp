// A library with a oneDNN inside, as far as can be seen from outside: its name for verbose output, a line of
// it when asked, and none of its functions exported.
#include <cstdio>
#include <cstdlib>

extern "C" {
// Local in the table of symbols, as in frameworks that are linked statically with oneDNN.
__attribute__((visibility("hidden"), used)) int dnnl_primitive_create() {
    return 0;
}

__attribute__((visibility("hidden"), used)) int dnnl_memory_desc_create_with_strides() {
    return 0;
}

__attribute__((visibility("default"))) void run_hidden_network() {
    if (std::getenv("ONEDNN_VERBOSE") == nullptr) return;
    std::puts("onednn_verbose,v1,info,oneDNN v3.13.3 (commit 0123456789abcdef)\n"
              "onednn_verbose,v1,info,cpu,runtime:OpenMP,nthr:2\n"
              "onednn_verbose,v1,primitive,exec,cpu,convolution,brgconv:avx512_core_vnni,forward_inference,"
              "src:u8::blocked:acdb::f0 wei:s8:a:blocked:AcdB64a4b::f0 bia:undef::undef::: "
              "dst:u8::blocked:acdb::f0,attr-scales:src0:0:f32,alg:convolution_direct,"
              "mb1_ic64oc64_ih12oh12kh3sh1dh0ph1_iw12ow12kw3sw1dw0pw1,0.5");
}
}

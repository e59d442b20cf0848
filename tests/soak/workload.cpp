#include "soak/workload.hpp"

#include "winodnn/winodnn.h"

#include <cstdio>
#include <omp.h>

namespace winodnn::testing {

using dnnl::convolution_forward;

struct workload::primitive_in_use {
    explicit primitive_in_use(const convolution_case &c) : desc(make_desc(c)), primitive(desc) {}

    convolution_forward::primitive_desc desc;
    convolution_forward primitive;
};

struct workload::layer {
    explicit layer(const convolution_case &given) : c(given), data(c), expected(expected_dst(c, data)) {}

    const convolution_case c;
    const case_data data;
    const std::vector<std::uint8_t> expected;
    std::mutex mutex; // of what follows
    std::shared_ptr<const primitive_in_use> shared;
};

namespace {

constexpr double exact_in_practice = 500; // dB: then all components are in 16 bits

void demand(bool holds, const std::string &what) {
    if (!holds) throw soak_failure {what};
}

// Of functions for calibration.
void demand_success(int result) {
    if (result != 0) throw soak_failure {winodnn_calibration_error()};
}

std::vector<convolution_case> cases() {
    convolution_case plain(32, 32, 10, 9), scaled(48, 80, 15, 14), grouped(64, 64, 8, 11),
            staged(32, 48, 9, 9), signed_source(40, 24, 13, 7), users(64, 33, 12, 12), row(32, 64, 1, 40);
    scaled.p.mb = 2;
    scaled.p.src_scale = true;
    scaled.p.weights_scale = problem::weights_scale_kind::per_oc;
    scaled.p.bias = data_type::f32;
    scaled.p.post_ops = {{.op = post_op::kind::relu}};
    grouped.p.groups = 4;
    staged.p.dst = data_type::f32;
    staged.p.src_scale = true;
    staged.p.post_ops = {{.op = post_op::kind::staged, .function = int(dnnl_eltwise_tanh)}};
    signed_source.p.src = data_type::s8;
    signed_source.p.dst = data_type::s32;
    signed_source.p.src_zero_point = true;
    signed_source.src_zero_point = -3;
    users.user_scratchpad = true;
    users.p.src_scale = true;
    row.kh = row.p.kh = 1;
    row.pad(0, 1, 0, 1);
    return {plain, scaled, grouped, staged, signed_source, users, row};
}

convolution_case calibrated_case() {
    convolution_case c(64, 64, 20, 20);
    c.p.src_scale = true;
    c.p.dst = data_type::f32;
    return c;
}

// Which tile a calibrated layer gets depends on the threads that there are when it is created.
void create_for_one_thread() {
    omp_set_num_threads(1);
}

// Of the calling thread's executions.
void draw_threads(std::mt19937 &random) {
    omp_set_num_threads(1 + static_cast<int>(random() % 4));
}

} // namespace

workload::workload(std::string scratch_path)
    : calibration_(scratch_path + ".json"), other_calibration_(scratch_path + ".other.json") {
    for (const convolution_case &c : cases()) layers_.push_back(std::make_unique<layer>(c));
    calibrated_layer_ = std::make_unique<layer>(calibrated_case());
    const layer &l = *calibrated_layer_;
    demand_success(winodnn_calibration_start(nullptr));
    const primitive_in_use observed(l.c);
    execution run(l.c, l.data, observed.desc);
    run.run(observed.primitive);
    demand(run.dst() == l.expected, "an observed execution is not exact");
    calibrate(calibration_, 20);
    create_for_one_thread();
    const primitive_in_use calibrated(l.c);
    const std::string name = calibrated.desc.impl_info_str();
    demand(name.find(":s8:") != std::string::npos, "nothing was calibrated: " + name);
    execution other(l.c, l.data, calibrated.desc);
    other.run(calibrated.primitive);
    calibrated_dst_ = other.dst();
    demand(calibrated_dst_ != l.expected, "the calibrated layer is exact");
    demand_success(winodnn_calibration_use(nullptr, 0));
}

workload::~workload() {
    std::remove(calibration_.c_str());
    std::remove(other_calibration_.c_str());
}

void workload::do_one(std::mt19937 &random) {
    layer &l = *layers_[random() % layers_.size()];
    switch (random() % 16) {
        case 0:
        case 1:
        case 2: return use_a_new_one(l, random);
        case 3: return use_the_calibrated_one(random);
        case 4: return ask(l);
        case 5: return change_attributes();
        case 6: return leave_one_to_onednn();
        case 7: return ask_winodnn();
        case 8: return change_the_calibration(random);
        default: return use_the_shared_one(l, random);
    }
}

void workload::use_a_new_one(const layer &l, std::mt19937 &random) {
    draw_threads(random);
    const primitive_in_use made(l.c);
    draw_threads(random);
    execution run(l.c, l.data, made.desc);
    for (int i = 0; i < 3; ++i) {
        draw_threads(random);
        run.run(made.primitive);
        demand(run.dst() == l.expected, "a new primitive computes something else: " + to_string(l.c));
    }
}

// Others may be executing it, and it ends with the last of them.
void workload::use_the_shared_one(layer &l, std::mt19937 &random) {
    draw_threads(random);
    std::shared_ptr<const primitive_in_use> shared;
    {
        const std::lock_guard lock(l.mutex);
        if (l.shared == nullptr || random() % 8 == 0) l.shared = std::make_shared<primitive_in_use>(l.c);
        shared = l.shared;
    }
    execution run(l.c, l.data, shared->desc);
    draw_threads(random);
    run.run(shared->primitive);
    demand(run.dst() == l.expected, "a shared primitive computes something else: " + to_string(l.c));
}

void workload::use_the_calibrated_one(std::mt19937 &random) {
    const layer &l = *calibrated_layer_;
    std::unique_ptr<const primitive_in_use> made;
    std::unique_ptr<execution> run;
    {
        const std::shared_lock lock(calibrating_);
        create_for_one_thread();
        made = std::make_unique<primitive_in_use>(l.c);
        run = std::make_unique<execution>(l.c, l.data, made->desc);
    }
    draw_threads(random);
    run->run(made->primitive);
    const std::vector<std::uint8_t> dst = run->dst();
    demand(dst == l.expected || dst == calibrated_dst_, "the calibrated layer computes something else");
}

void workload::ask(const layer &l) {
    auto desc = make_desc(l.c);
    dnnl_primitive_desc_t clone = nullptr;
    demand(dnnl_primitive_desc_clone(&clone, desc.get()) == dnnl_success, "no clone");
    // It makes a clone of its own.
    dnnl::convolution_forward::primitive_desc owned(clone);
    dnnl_primitive_desc_destroy(clone);
    demand(owned.weights_desc() == desc.weights_desc(), "a clone has other weights");
    demand(std::string(owned.impl_info_str()).starts_with("wino:"), "the clone is not winodnn's");
    desc.next_impl();
    demand(!std::string(desc.impl_info_str()).starts_with("wino:"), "the next one is winodnn's again");
}

void workload::change_attributes() {
    dnnl::primitive_attr attr;
    for (const int arg : {DNNL_ARG_SRC, DNNL_ARG_DST}) {
        attr.set_scales_mask(arg, 0);
        attr.set_zero_points_mask(arg, 0);
    }
    dnnl_primitive_attr_t copy = nullptr;
    demand(dnnl_primitive_attr_clone(&copy, attr.get()) == dnnl_success, "attributes are not cloned");
    dnnl_primitive_attr_destroy(copy);
}

void workload::leave_one_to_onednn() {
    using dnnl::memory;
    const auto any = memory::format_tag::any;
    const convolution_forward::primitive_desc strided(cpu(), dnnl::prop_kind::forward_inference,
            dnnl::algorithm::convolution_direct, {{1, 32, 9, 9}, memory::data_type::u8, any},
            {{32, 32, 3, 3}, memory::data_type::s8, any}, {{1, 32, 5, 5}, memory::data_type::u8, any}, {2, 2},
            {1, 1}, {1, 1});
    demand(std::string(winodnn_last_decline_reason()) == "the stride is not 1", "another thread's reason");
}

void workload::ask_winodnn() {
    const char *reason = nullptr;
    const winodnn_status_t status = winodnn_status(&reason);
    demand(status == winodnn_active, reason);
    winodnn_statistics_t counters;
    winodnn_get_statistics(&counters);
    demand(counters.taken_over > 0 && counters.executed > 0, "nothing is counted");
    // oneDNN takes a cap only before it is first used.
    demand(dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2) != dnnl_success, "the cap on the ISA has changed");
}

void workload::change_the_calibration(std::mt19937 &random) {
    const std::unique_lock lock(calibrating_, std::try_to_lock);
    if (!lock.owns_lock()) return;
    switch (random() % 3) {
        case 0: demand_success(winodnn_calibration_use(calibration_.c_str(), 20)); return;
        case 1: demand_success(winodnn_calibration_use(nullptr, 0)); return;
        default:
            // Everybody's executions are observed, until this layer has been executed.
            demand_success(winodnn_calibration_start("percentile"));
            use_a_new_one(*layers_[0], random);
            calibrate(other_calibration_, exact_in_practice);
    }
}

void workload::calibrate(const std::string &file, double target_snr) {
    demand_success(winodnn_calibration_write(file.c_str()));
    demand_success(winodnn_calibration_use(file.c_str(), target_snr));
}

} // namespace winodnn::testing

// Tests that run on every ISA: what this CPU lacks is skipped, visibly.
#pragma once

#include "isa/isa.hpp"

#include <gtest/gtest.h>

#include <string>

namespace winodnn {

class on_every_isa : public ::testing::TestWithParam<isa> {
protected:
    void SetUp() override {
        if (!cpu_has(GetParam())) GTEST_SKIP() << "this CPU has no " << name_of(GetParam());
    }
};

#define WINODNN_ON_EVERY_ISA(suite)                                                                          \
    class suite : public winodnn::on_every_isa {};                                                           \
    INSTANTIATE_TEST_SUITE_P(isas, suite, ::testing::ValuesIn(winodnn::all_isas),                            \
            [](const auto &info) { return std::string(winodnn::name_of(info.param)); })

} // namespace winodnn

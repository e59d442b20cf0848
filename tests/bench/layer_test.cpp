#include "layer.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace winodnn::bench {
namespace {

TEST(layer, reads_what_is_written) {
    const layer l = parse_layer("g1mb3_ic5oc7_ih40oh17kh4sh2dh1ph0_iw30ow30kw3sw1dw0pw1_n\"all of it\"");
    EXPECT_EQ(l.name, "all of it");
    EXPECT_EQ(l.mb, 3);
    EXPECT_EQ(l.ic, 5);
    EXPECT_EQ(l.oc, 7);
    EXPECT_EQ(l.h.in, 40);
    EXPECT_EQ(l.h.out, 17);
    EXPECT_EQ(l.h.kernel, 4);
    EXPECT_EQ(l.h.stride, 2);
    EXPECT_EQ(l.h.dilation, 1);
    EXPECT_EQ(l.h.pad_before, 0);
    EXPECT_EQ(l.h.pad_after(), -1);
    EXPECT_EQ(l.w.in, 30);
    EXPECT_EQ(l.w.out, 30);
    EXPECT_EQ(l.w.pad_after(), 1);
    EXPECT_EQ(l.macs(), 3 * 17 * 30 * 7 * (5 * 4 * 3));
}

TEST(layer, takes_width_as_height) {
    const layer l = parse_layer("mb1ic64ih56oc64oh28kh3sh2ph1n\"square\"");
    EXPECT_EQ(l.w.in, 56);
    EXPECT_EQ(l.w.out, 28);
    EXPECT_EQ(l.w.kernel, 3);
    EXPECT_EQ(l.w.stride, 2);
    EXPECT_EQ(l.w.pad_before, 1);
}

TEST(layer, fills_in_as_benchdnn_does) {
    const layer l = parse_layer("ic16ih28oc16kh3");
    EXPECT_EQ(l.mb, 2);
    EXPECT_EQ(l.h.stride, 1);
    EXPECT_EQ(l.h.dilation, 0);
    EXPECT_EQ(l.h.pad_before, 0);
    EXPECT_EQ(l.h.out, 26);
    EXPECT_EQ(l.name, "ic16ih28oc16kh3");
}

TEST(layer, computes_the_output_from_the_padding) {
    EXPECT_EQ(parse_layer("ic16ih28oc16kh3ph1").h.out, 28);
    EXPECT_EQ(parse_layer("ic3ih224oc64kh7sh2ph3").h.out, 112);
    EXPECT_EQ(parse_layer("ic3ih20oc64kh3dh1ph2").h.out, 20);
}

TEST(layer, computes_the_padding_from_the_output) {
    EXPECT_EQ(parse_layer("ic16ih28oh28oc16kh3").h.pad_before, 1);
    EXPECT_EQ(parse_layer("ic16ih28oh26oc16kh3").h.pad_before, 0);
    const extent odd = parse_layer("ic16ih28oh27oc16kh3").h;
    EXPECT_EQ(odd.pad_before, 0);
    EXPECT_EQ(odd.pad_after(), 1);
}

TEST(layer, refuses_what_is_not_a_layer) {
    for (const char *text : {"ic16ih28oc16", "ih28oc16kh3", "ic16ih28oc16kh3q1", "ic16ih28oc16kh",
                 "ic16 ih28oc16kh3", "g2ic16ih28oc16kh3", "ic16id8ih28oc16kh3", "mb0ic16ih28oc16kh3",
                 "ic16ih28oc16kh3sh0", "ic16ih2oc16kh3", "ic16ih28oh20oc16kh3ph1", "ic16ih28oh60oc16kh3ph1",
                 "ic16ih-28oc16kh3", "ic99999999999999999999ih28oc16kh3", "ic16ih28oc16kh3iw28"})
        EXPECT_THROW(parse_layer(text), std::invalid_argument) << text;
}

} // namespace
} // namespace winodnn::bench

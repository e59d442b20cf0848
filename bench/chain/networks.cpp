#include "networks.hpp"

namespace winodnn::bench {
namespace {

chain_network same_channels(std::string name, std::int64_t height, std::int64_t width, int members,
        std::int64_t channels, bool residual = false) {
    return {std::move(name), height, width,
            std::vector<std::int64_t>(static_cast<std::size_t>(members) + 1, channels), residual};
}

} // namespace

const std::vector<chain_network> &chain_networks() {
    static const std::vector<chain_network> all {
            {"vgg_224", 224, 224, {3, 64, 64}},
            {"vgg_112", 112, 112, {64, 128, 128}},
            {"vgg_56", 56, 56, {128, 256, 256, 256}},
            {"vgg_28", 28, 28, {256, 512, 512, 512}},
            {"vgg_14", 14, 14, {512, 512, 512, 512}},
            {"unet_512", 512, 512, {128, 64, 64}},
            {"unet_256", 256, 256, {64, 128, 128}},
            {"unet_128", 128, 128, {128, 256, 256}},
            {"unet_64", 64, 64, {256, 512, 512}},
            same_channels("edsr_180", 180, 320, 8, 64, true),
            same_channels("edsr_360", 360, 640, 8, 64, true),
            same_channels("sr_180", 180, 320, 17, 64),
            same_channels("sr_360", 360, 640, 17, 64),
            same_channels("sr_720", 720, 1280, 17, 64),
    };
    return all;
}

} // namespace winodnn::bench

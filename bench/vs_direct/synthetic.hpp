// Data like those of trained networks, where accuracy depends on them: activations that are smooth in space
// and have been through a relu, weights with a Laplacian distribution.
#pragma once

#include "layer.hpp"

#include <cstdint>
#include <random>
#include <vector>

namespace winodnn::bench {

// Gaussian noise, filtered by (1, 2, 1) / 4 twice along h and w, negative values cut off, 4 standard
// deviations above 0 becoming 255.
std::vector<std::uint8_t> smooth_activations(const layer &l, std::mt19937_64 &random);
// Each output channel scaled to a largest magnitude of 127.
std::vector<std::int8_t> laplacian_weights(const layer &l, std::mt19937_64 &random);

} // namespace winodnn::bench

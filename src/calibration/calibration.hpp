// What is known of layers' activations, and what is made of it: quantizers, and which components need 16
// bits.
#pragma once

#include "weights/weights_layout.hpp"
#include "winograd/number_system.hpp"
#include "winograd/quantizer.hpp"
#include "winograd/tile_classes.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace winodnn {

// How ranges of components are chosen, of which only the ratios matter (quantizer.hpp): by what is largest in
// each tile that was looked at,
//   max         the largest of all tiles
//   percentile  what 99% of the tiles stay below
//   mse         those of the least noise in the outputs
//   global      one range for all components: what breaks int8 Winograd. For comparison.
enum class scale_choice : std::uint8_t { max, percentile, mse, global };
constexpr std::array<const char *, 4> scale_choice_names {"max", "percentile", "mse", "global"};

// V is whole: a component that is always 0 has a range, too.
constexpr double least_range = 0.5, most_range = 32768;

// Of one component. The noise is that of its sums in the outputs, as a share of the power of the outputs
// themselves: E[error of y^2] / E[y^2], with all components in so many bits. The noises of components add up.
struct component_calibration {
    double range = 1; // in units of V: least_range .. most_range
    double noise_in_8_bits = 0, noise_in_7_bits = 0, noise_in_16_bits = 0; // 7: where there is no VNNI

    bool operator==(const component_calibration &) const = default;
    double noise(int limit) const { return limit == narrow_limit ? noise_in_8_bits : noise_in_7_bits; }
};

struct tile_calibration {
    observed_tile tile {};
    std::vector<component_calibration> components;

    bool operator==(const tile_calibration &) const = default;
    // The fewest components to take to 16 bits for this signal-to-noise ratio in dB, the noisiest ones;
    // nothing if all are not enough.
    std::optional<component_set> wide_for(double target_snr, int limit) const;
    double snr(const component_set &wide, int limit) const; // dB
};

// Of an image that was observed, for reports: what the choice of a plan depends on besides the layer.
struct observed_size {
    dim mb = 0, ih = 0, iw = 0, oh = 0, ow = 0;

    bool operator==(const observed_size &) const = default;
};

// None if the source has no zero points; one for all input channels of all groups if they are equal, else
// one for each.
using zero_point_list = std::vector<std::int32_t>;

// All that ranges and noise of V depend on. Sizes, padding and batch are not among it: what is observed of
// one size of the image serves the others.
struct layer_key {
    std::uint64_t identity = 0; // of the s8 weights
    dim ic = 0, oc = 0, groups = 0, kh = 0, kw = 0;
    dim dilation_h = 1, dilation_w = 1; // pixels from one tap to the next
    data_type src = data_type::u8;
    zero_point_list zero_points {}; // of the source

    auto operator<=>(const layer_key &) const = default;
    bool describes(const problem &p) const; // but for the weights and the values of zero points
    // Whether weights for it are packed so. The layout does not say which of the two source types they are
    // for if there are zero points, nor which ones.
    bool fits(const weights_layout &layout) const;
};
layer_key key_of(const problem &p, std::uint64_t identity, zero_point_list zero_points = {});
// The values in an execution of the problem, each of which is inside the source data type; else nothing.
std::optional<zero_point_list> zero_points_of(const problem &p, const typed_values &values);
// Whether that is this list. For executions: it allocates nothing.
bool are_zero_points(const zero_point_list &list, const problem &p, const typed_values &values);

struct layer_calibration : layer_key {
    std::int64_t samples = 0;            // tiles that were looked at
    std::vector<observed_size> sizes {}; // the first ones, each once
    std::optional<double> target_snr {}; // instead of the one for all layers
    std::vector<tile_calibration> tiles {};

    bool operator==(const layer_calibration &) const = default;
    const tile_calibration *find(const observed_tile &tile) const;
    const tile_calibration *find(tile_id whole) const { return find({whole, tile_of(whole).outputs}); }
};

// In dB against direct convolution's accumulators. docs/accuracy.md says what that means, costs and keeps.
constexpr double default_target_snr = 35;

struct calibration {
    scale_choice scales = scale_choice::mse;
    std::vector<layer_calibration> layers;

    bool operator==(const calibration &) const = default;
    const layer_calibration *find(const layer_key &key) const;
    // Those that weights in this layout can be for: several, if convolutions of one network share them.
    std::vector<const layer_calibration *> find(std::uint64_t identity, const weights_layout &layout) const;
};

// Of one tile, whole or a piece.
class_quantizer quantizer_for(
        const tile_calibration &c, const component_set &wide, value_range source, int limit);
// Whether there are ranges for all pieces that an image is covered with.
bool has_ranges_for(const layer_calibration &layer, const class_pieces &pieces);
// Quantizers of all of them, if it does.
class_quantizers quantizers_for(const layer_calibration &layer, const tile &whole, const class_pieces &pieces,
        const component_set &wide, value_range source, int limit);

} // namespace winodnn

#include "calibration/calibration_file.hpp"

#include "files/file_replacement.hpp"
#include "files/json_file.hpp"
#include "problem/decimal.hpp"
#include "problem/limits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace winodnn {

namespace {

constexpr int version = 4;
constexpr const char *version_key = "winodnn_calibration";

class reader : public json_reader {
public:
    using json_reader::json_reader;

    calibration read() {
        enter(root(), {version_key, "scales", "layers"});
        const std::int64_t written = integer(root(), version_key, 0, 1 << 20);
        demand(written == version, "a version that this winodnn does not read: calibrate with this one");
        calibration c;
        c.scales = static_cast<scale_choice>(name(root(), "scales", scale_choice_names));
        for (const json &layer : array(root(), "layers")) {
            c.layers.push_back(read_layer(layer, c));
        }
        return c;
    }

private:
    static std::uint64_t hash(const json &object, const char *key) {
        const std::string value = text(object, key);
        if (value.size() != 16 || value.find_first_not_of("0123456789abcdef") != std::string::npos)
            wrong(std::string("'") + key + "' is not 16 hexadecimal digits");
        return std::stoull(value, nullptr, 16);
    }

    layer_calibration read_layer(const json &object, const calibration &earlier) {
        enter(object, {"weights", "groups", "ic", "oc", "kh", "kw", "dilation_h", "dilation_w", "src",
                              "src_zero_point", "samples", "sizes", "target_snr", "tiles"});
        constexpr double most_channels = 1e9;
        layer_calibration l;
        l.identity = hash(object, "weights");
        l.groups = integer(object, "groups", 0, most_channels);
        l.ic = integer(object, "ic", 1, most_channels);
        l.oc = integer(object, "oc", 1, most_channels);
        l.kh = integer(object, "kh", 1, most_taps_along);
        l.kw = integer(object, "kw", 1, most_taps_along);
        l.dilation_h = read_dilation(object, "dilation_h");
        l.dilation_w = read_dilation(object, "dilation_w");
        constexpr std::array types {"u8", "s8"};
        l.src = name(object, "src", types) == 0 ? data_type::u8 : data_type::s8;
        l.zero_points = read_zero_points(object, l);
        demand(earlier.find(l) == nullptr, "the weights and the source of an earlier layer");
        l.samples = integer(object, "samples", 1, 1e18);
        // Files that were written before sizes were have none.
        if (object.find("sizes") != nullptr)
            for (const json &size : array(object, "sizes")) l.sizes.push_back(read_size(size));
        if (object.find("target_snr") != nullptr) l.target_snr = number(object, "target_snr", -1000, 1000);
        for (const json &tile : array(object, "tiles")) {
            tile_calibration read = read_tile(tile);
            const bilinear_algorithm &t = algorithm_of(read.tile);
            demand(l.find(read.tile) == nullptr, "the same tile again");
            demand(t.taps.rows == l.kh && t.taps.cols == l.kw, "a tile of another kernel");
            l.tiles.push_back(std::move(read));
        }
        return l;
    }

    // Files of undilated layers have none.
    static dim read_dilation(const json &object, const char *key) {
        return object.find(key) == nullptr ? 1 : integer(object, key, 1, double {longest_row});
    }

    // false, or a list.
    static zero_point_list read_zero_points(const json &object, const layer_key &layer) {
        const json &values = member(object, "src_zero_point");
        if (values.is(json::kind::boolean)) {
            // As version 1 has it.
            demand(!values.boolean,
                    "'src_zero_point' without its value, by an earlier winodnn: calibrate with this one");
            return {};
        }
        const dim channels = layer.ic * std::max<dim>(layer.groups, 1), count = std::ssize(values.elements);
        demand(values.is(json::kind::array) && (count == 1 || count == channels),
                "'src_zero_point' is neither false, nor one value, nor one for each input channel");
        const value_range type = source_range(layer.src, false);
        zero_point_list list;
        for (const json &value : values.elements) {
            demand(value.is(json::kind::number) && value.number == std::floor(value.number)
                            && value.number >= type.lo && value.number <= type.hi,
                    "'src_zero_point' has a value outside the source data type");
            list.push_back(static_cast<std::int32_t>(value.number));
        }
        return list;
    }

    observed_size read_size(const json &object) {
        enter(object, {"mb", "ih", "iw", "oh", "ow"});
        const auto read = [&](const char *key) { return integer(object, key, 1, 1e9); };
        return {read("mb"), read("ih"), read("iw"), read("oh"), read("ow")};
    }

    tile_calibration read_tile(const json &object) {
        enter(object, {"tile", "rows", "cols", "components"});
        std::vector<const char *> names;
        for (const tile_id id : all_tiles()) names.push_back(tile_of(id).name);
        tile_calibration t;
        const tile_id whole = all_tiles()[name(object, "tile", names)];
        t.tile = {whole, tile_of(whole).outputs};
        // Whole tiles have no sizes.
        if (object.find("rows") != nullptr || object.find("cols") != nullptr) {
            t.tile.outputs = {static_cast<int>(integer(object, "rows", 1, most_inputs_along)),
                    static_cast<int>(integer(object, "cols", 1, most_inputs_along))};
            demand(std::ranges::find(all_observed_tiles(), t.tile) != all_observed_tiles().end(),
                    "a size that pieces of the tile do not have");
        }
        const std::span<const json> components = array(object, "components");
        if (std::ssize(components) != algorithm_of(t.tile).components())
            wrong("the tile has " + std::to_string(algorithm_of(t.tile).components()) + " components");
        for (const json &component : components) {
            enter(component, {"range", "noise", "noise7", "noise16"});
            const auto noise = [&](const char *key) { return number(component, key, 0, most_noise); };
            t.components.push_back({number(component, "range", least_range, most_range), noise("noise"),
                    noise("noise7"), noise("noise16")});
        }
        return t;
    }

    static constexpr double most_noise = 1e30;
};

std::string object_of(const component_calibration &c) {
    return "{\"range\":" + decimal(c.range) + ",\"noise\":" + decimal(c.noise_in_8_bits) + ",\"noise7\":"
           + decimal(c.noise_in_7_bits) + ",\"noise16\":" + decimal(c.noise_in_16_bits) + "}";
}

std::string text_of(const zero_point_list &list) {
    if (list.empty()) return "false";
    std::string text;
    for (const auto value : list) text += (text.empty() ? "[" : ",") + std::to_string(value);
    return text + "]";
}

std::string text_of(const std::vector<observed_size> &sizes) {
    std::string text;
    for (const observed_size &s : sizes)
        text += std::string(text.empty() ? "[" : ",") + "{\"mb\":" + std::to_string(s.mb)
                + ",\"ih\":" + std::to_string(s.ih) + ",\"iw\":" + std::to_string(s.iw)
                + ",\"oh\":" + std::to_string(s.oh) + ",\"ow\":" + std::to_string(s.ow) + "}";
    return text + "]";
}

// But for the tiles.
std::string head_of(const layer_calibration &l) {
    char identity[17];
    std::snprintf(identity, sizeof(identity), "%016llx", static_cast<unsigned long long>(l.identity));
    const auto field = [](const char *key, dim value) {
        return std::string(",\"") + key + "\":" + std::to_string(value);
    };
    std::string text = std::string("{\"weights\":\"") + identity + "\"" + field("groups", l.groups)
                       + field("ic", l.ic) + field("oc", l.oc) + field("kh", l.kh) + field("kw", l.kw)
                       + (l.dilation_h == 1 ? "" : field("dilation_h", l.dilation_h))
                       + (l.dilation_w == 1 ? "" : field("dilation_w", l.dilation_w)) + ",\"src\":\""
                       + name_of(l.src) + "\",\"src_zero_point\":" + text_of(l.zero_points)
                       + field("samples", l.samples);
    if (!l.sizes.empty()) text += ",\"sizes\":" + text_of(l.sizes);
    if (l.target_snr) text += ",\"target_snr\":" + json_number(*l.target_snr);
    return text;
}

std::string text_of(const observed_tile &t) {
    std::string whole = std::string("\"tile\":\"") + tile_of(t.id).name + "\"";
    if (t.outputs == tile_of(t.id).outputs) return whole;
    return whole + ",\"rows\":" + std::to_string(t.outputs.rows)
           + ",\"cols\":" + std::to_string(t.outputs.cols);
}

std::string object_of(const layer_calibration &l) {
    std::string text = "  " + head_of(l) + ",\"tiles\":[";
    for (std::size_t t = 0; t < l.tiles.size(); ++t) {
        text += std::string(t == 0 ? "\n" : ",\n") + "   {" + text_of(l.tiles[t].tile) + ",\"components\":[";
        const auto &components = l.tiles[t].components;
        for (std::size_t c = 0; c < components.size(); ++c)
            text += (c == 0 ? "\n    " : ",\n    ") + object_of(components[c]);
        text += "]}";
    }
    return text + "]}";
}

} // namespace

calibration read_calibration(const std::string &path) {
    return read_json_file<reader>(path);
}

std::string text_of(const calibration &c) {
    std::string text = std::string("{\"") + version_key + "\":" + std::to_string(version) + ",\"scales\":\""
                       + scale_choice_names[static_cast<std::size_t>(c.scales)] + "\",\"layers\":[";
    for (std::size_t l = 0; l < c.layers.size(); ++l)
        text += (l == 0 ? "\n" : ",\n") + object_of(c.layers[l]);
    return text + "]}\n";
}

void write_calibration(const calibration &c, const std::string &path) {
    file_replacement(path).commit(text_of(c));
}

} // namespace winodnn

#include "calibration/calibration_file.hpp"

#include "files/file_replacement.hpp"
#include "files/json_file.hpp"
#include "problem/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <sstream>

namespace winodnn {

namespace {

using nlohmann::ordered_json;

constexpr int version = 2, oldest_version = 1;
constexpr const char *version_key = "winodnn_calibration";

class reader : public json_reader {
public:
    using json_reader::json_reader;

    calibration read() {
        enter(root(), {version_key, "scales", "layers"});
        const std::int64_t written = integer(root(), version_key, 0, 1 << 20);
        demand(written >= oldest_version && written <= version,
                "a version that this winodnn does not read: calibrate with this one");
        calibration c;
        c.scales = static_cast<scale_choice>(name(root(), "scales", scale_choice_names));
        for (const ordered_json &layer : array(root(), "layers")) {
            c.layers.push_back(read_layer(layer, c));
        }
        return c;
    }

private:
    static std::uint64_t hash(const ordered_json &object, const char *key) {
        const std::string value = text(object, key);
        demand(value.size() == 16 && value.find_first_not_of("0123456789abcdef") == std::string::npos,
                std::string("'") + key + "' is not 16 hexadecimal digits");
        return std::stoull(value, nullptr, 16);
    }

    layer_calibration read_layer(const ordered_json &object, const calibration &earlier) {
        enter(object, {"weights", "groups", "ic", "oc", "kh", "kw", "src", "src_zero_point", "samples",
                              "target_snr", "tiles"});
        constexpr double most_channels = 1e9;
        layer_calibration l;
        l.identity = hash(object, "weights");
        l.groups = integer(object, "groups", 0, most_channels);
        l.ic = integer(object, "ic", 1, most_channels);
        l.oc = integer(object, "oc", 1, most_channels);
        l.kh = integer(object, "kh", 1, 3);
        l.kw = integer(object, "kw", 1, 3);
        constexpr std::array types {"u8", "s8"};
        l.src = name(object, "src", types) == 0 ? data_type::u8 : data_type::s8;
        l.zero_points = read_zero_points(object, l);
        demand(earlier.of(l) == nullptr, "the weights and the source of an earlier layer");
        l.samples = integer(object, "samples", 1, 1e18);
        if (object.contains("target_snr")) l.target_snr = number(object, "target_snr", -1000, 1000);
        for (const ordered_json &tile : array(object, "tiles")) {
            tile_calibration read = read_tile(tile);
            const winodnn::tile &t = tile_of(read.tile);
            demand(l.of(read.tile) == nullptr, "the same tile again");
            demand(t.rows.taps() == l.kh && t.cols.taps() == l.kw, "a tile of another kernel");
            l.tiles.push_back(std::move(read));
        }
        return l;
    }

    // false, or a list.
    static zero_point_list read_zero_points(const ordered_json &object, const layer_key &layer) {
        const ordered_json &values = member(object, "src_zero_point");
        if (values.is_boolean()) {
            // As version 1 has it.
            demand(!values.get<bool>(),
                    "'src_zero_point' without its value, by an earlier winodnn: calibrate with this one");
            return {};
        }
        const dim channels = layer.ic * std::max<dim>(layer.groups, 1);
        demand(values.is_array() && (values.size() == 1 || static_cast<dim>(values.size()) == channels),
                "'src_zero_point' is neither false, nor one value, nor one for each input channel");
        const value_range type = source_range(layer.src, false);
        zero_point_list list;
        for (const ordered_json &value : values) {
            demand(value.is_number_integer() && value >= type.lo && value <= type.hi,
                    "'src_zero_point' has a value outside the source data type");
            list.push_back(value.get<std::int32_t>());
        }
        return list;
    }

    tile_calibration read_tile(const ordered_json &object) {
        enter(object, {"tile", "components"});
        std::vector<const char *> names;
        for (const tile_id id : all_tiles()) names.push_back(tile_of(id).name);
        tile_calibration t;
        t.tile = all_tiles()[name(object, "tile", names)];
        const ordered_json &components = array(object, "components");
        demand(std::ssize(components) == tile_of(t.tile).components(),
                "the tile has " + std::to_string(tile_of(t.tile).components()) + " components");
        for (const ordered_json &component : components) {
            enter(component, {"low", "high", "noise", "low7", "high7", "noise7", "noise16"});
            component_calibration c;
            c.in_8_bits = read_range(component, "low", "high", "noise");
            c.in_7_bits = read_range(component, "low7", "high7", "noise7");
            c.noise_in_16_bits = number(component, "noise16", 0, most_noise);
            t.components.push_back(c);
        }
        return t;
    }

    static component_range read_range(
            const ordered_json &object, const char *low, const char *high, const char *noise) {
        return {number(object, low, -32768, 0), number(object, high, 0, 32767),
                number(object, noise, 0, most_noise)};
    }

    static constexpr double most_noise = 1e30;
};

ordered_json object_of(const component_calibration &c) {
    // As short as tells the values apart from others that behave differently: no step is that fine.
    const auto rounded = [](double value) {
        const std::string text = decimal(value);
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    };
    return {{"low", rounded(c.in_8_bits.low)}, {"high", rounded(c.in_8_bits.high)},
            {"noise", rounded(c.in_8_bits.noise)}, {"low7", rounded(c.in_7_bits.low)},
            {"high7", rounded(c.in_7_bits.high)}, {"noise7", rounded(c.in_7_bits.noise)},
            {"noise16", rounded(c.noise_in_16_bits)}};
}

void print(std::ostream &out, const layer_calibration &l) {
    char identity[17];
    std::snprintf(identity, sizeof(identity), "%016llx", static_cast<unsigned long long>(l.identity));
    ordered_json head = {{"weights", identity}, {"groups", l.groups}, {"ic", l.ic}, {"oc", l.oc},
            {"kh", l.kh}, {"kw", l.kw}, {"src", name_of(l.src)}, {"src_zero_point", false},
            {"samples", l.samples}};
    if (!l.zero_points.empty()) head["src_zero_point"] = l.zero_points;
    if (l.target_snr) head["target_snr"] = *l.target_snr;
    std::string open = head.dump();
    open.pop_back(); // the object goes on
    out << "  " << open << ",\"tiles\":[";
    for (std::size_t t = 0; t < l.tiles.size(); ++t) {
        out << (t == 0 ? "\n" : ",\n") << "   {\"tile\":\"" << tile_of(l.tiles[t].tile).name
            << "\",\"components\":[";
        const auto &components = l.tiles[t].components;
        for (std::size_t c = 0; c < components.size(); ++c)
            out << (c == 0 ? "\n" : ",\n") << "    " << object_of(components[c]).dump();
        out << "]}";
    }
    out << "]}";
}

} // namespace

calibration read_calibration(const std::string &path) {
    return read_json_file<reader>(path);
}

std::string text_of(const calibration &c) {
    std::ostringstream out;
    out << "{\"" << version_key << "\":" << version << ",\"scales\":\""
        << scale_choice_names[static_cast<std::size_t>(c.scales)] << "\",\"layers\":[";
    for (std::size_t l = 0; l < c.layers.size(); ++l) {
        out << (l == 0 ? "\n" : ",\n");
        print(out, c.layers[l]);
    }
    out << "]}\n";
    return out.str();
}

void write_calibration(const calibration &c, const std::string &path) {
    file_replacement(path).commit(text_of(c));
}

} // namespace winodnn

#include "calibration/calibration_file.hpp"

#include "files/json_file.hpp"

#include <array>
#include <cstdio>
#include <sstream>

namespace winodnn {

namespace {

using nlohmann::ordered_json;

constexpr int version = 1;
constexpr const char *version_key = "winodnn_calibration";

class reader : public json_reader {
public:
    using json_reader::json_reader;

    calibration read() {
        enter(root(), {version_key, "scales", "layers"});
        demand(integer(root(), version_key, 0, 1 << 20) == version,
                "a version that this winodnn does not read");
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
                              "sizes", "target_snr", "tiles"});
        constexpr double most_channels = 1e9;
        layer_calibration l;
        l.identity = hash(object, "weights");
        demand(earlier.of(l.identity) == nullptr, "the weights of an earlier layer");
        l.groups = integer(object, "groups", 0, most_channels);
        l.ic = integer(object, "ic", 1, most_channels);
        l.oc = integer(object, "oc", 1, most_channels);
        l.kh = integer(object, "kh", 1, 3);
        l.kw = integer(object, "kw", 1, 3);
        constexpr std::array types {"u8", "s8"};
        l.src = name(object, "src", types) == 0 ? data_type::u8 : data_type::s8;
        const ordered_json &zero_point = member(object, "src_zero_point");
        demand(zero_point.is_boolean(), "'src_zero_point' is neither true nor false");
        l.src_zero_point = zero_point.get<bool>();
        l.samples = integer(object, "samples", 1, 1e18);
        // Files that were written before sizes were have none.
        if (object.contains("sizes"))
            for (const ordered_json &size : array(object, "sizes")) l.sizes.push_back(read_size(size));
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

    observed_size read_size(const ordered_json &object) {
        enter(object, {"mb", "ih", "iw", "oh", "ow"});
        const auto read = [&](const char *key) { return integer(object, key, 1, 1e9); };
        return {read("mb"), read("ih"), read("iw"), read("oh"), read("ow")};
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
    const auto rounded = [](double value) { return std::stod((std::ostringstream() << value).str()); };
    return {{"low", rounded(c.in_8_bits.low)}, {"high", rounded(c.in_8_bits.high)},
            {"noise", rounded(c.in_8_bits.noise)}, {"low7", rounded(c.in_7_bits.low)},
            {"high7", rounded(c.in_7_bits.high)}, {"noise7", rounded(c.in_7_bits.noise)},
            {"noise16", rounded(c.noise_in_16_bits)}};
}

void print(std::ostream &out, const layer_calibration &l) {
    char identity[17];
    std::snprintf(identity, sizeof(identity), "%016llx", static_cast<unsigned long long>(l.identity));
    ordered_json head = {{"weights", identity}, {"groups", l.groups}, {"ic", l.ic}, {"oc", l.oc},
            {"kh", l.kh}, {"kw", l.kw}, {"src", name_of(l.src)}, {"src_zero_point", l.src_zero_point},
            {"samples", l.samples}};
    for (const observed_size &s : l.sizes)
        head["sizes"].push_back({{"mb", s.mb}, {"ih", s.ih}, {"iw", s.iw}, {"oh", s.oh}, {"ow", s.ow}});
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

void write_calibration(const calibration &c, const std::string &path) {
    std::ostringstream out;
    out << "{\"" << version_key << "\":" << version << ",\"scales\":\""
        << scale_choice_names[static_cast<std::size_t>(c.scales)] << "\",\"layers\":[";
    for (std::size_t l = 0; l < c.layers.size(); ++l) {
        out << (l == 0 ? "\n" : ",\n");
        print(out, c.layers[l]);
    }
    out << "]}\n";
    replace_file(path, out.str());
}

} // namespace winodnn

#include "calibration/calibration_file.hpp"

#include "calibration/samples.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace winodnn {
namespace {

class calibration_file : public ::testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directories(folder_);
        known_.layers.push_back(testing::layer_samples(1, 16, 6, 16, 1, 3).observed(scale_choice::mse));
        known_.layers.push_back(known_.layers[0]);
        known_.layers[1].identity = 0xfedcba9876543210;
        known_.layers[1].target_snr = 31.5;
        // As precise as files are.
        write_calibration(known_, path_);
        known_ = read_calibration(path_);
        std::ifstream file(path_);
        text_ = (std::ostringstream() << file.rdbuf()).str();
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string error_of(const std::string &text) const {
        std::ofstream(path_) << text;
        try {
            read_calibration(path_);
            return "";
        } catch (const std::runtime_error &error) {
            return error.what();
        }
    }

    std::string replaced(const std::string &what, const std::string &by) const {
        std::string text = text_;
        const auto at = text.find(what);
        EXPECT_NE(at, std::string::npos) << what;
        return text.replace(at, what.size(), by);
    }

    // The text with another number for the first one that follows `key`.
    std::string with_first(const std::string &key, const std::string &number) const {
        const auto at = text_.find(key) + key.size();
        return text_.substr(0, at) + number + text_.substr(text_.find_first_of(",}", at));
    }

    const std::filesystem::path folder_ =
            std::filesystem::temp_directory_path() / ("calibration_file_test." + std::to_string(getpid()));
    const std::string path_ = folder_ / "c.json";
    calibration known_;
    std::string text_;
};

TEST_F(calibration_file, comes_back_as_it_was) {
    write_calibration(known_, path_);
    EXPECT_EQ(read_calibration(path_), known_);
    EXPECT_EQ(known_.layers[1].target_snr, 31.5);
    EXPECT_EQ(known_.layers[1].sizes, (std::vector<observed_size> {{1, 6, 6, 6, 6}}));
    EXPECT_EQ(known_.find(known_.layers[0]), &known_.layers[0]);
    layer_key other = known_.layers[0];
    other.zero_points = {4};
    EXPECT_EQ(known_.find(other), nullptr);
    // Nothing is left of the way there.
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(calibration_file, errors_name_the_line) {
    const auto expect = [&](const std::string &text, int line, const std::string &what) {
        const std::string error = error_of(text), place = path_ + ":" + std::to_string(line) + ": ";
        EXPECT_TRUE(error.starts_with(place) && error.find(what) != std::string::npos)
                << error << "\ninstead of " << place << what;
    };
    expect(replaced("\"winodnn_calibration\":4", "\"winodnn_calibration\":5"), 1, "calibrate with this one");
    expect(replaced("\"scales\":\"mse\"", "\"scales\":\"best\""), 1, "'scales'");
    expect(replaced("\"ic\":16", "\"ic\":0"), 2, "'ic' is out of range");
    expect(replaced("\"ic\":16", "\"ic\":16.5"), 2, "whole number");
    expect(replaced("\"ic\":16", "\"ic\":\"16\""), 2, "not a number");
    expect(replaced("\"ic\":16,", ""), 2, "'ic' is missing");
    expect(replaced("\"ic\":16", "\"channels\":16"), 2, "'channels' is unknown");
    expect(replaced("\"src\":\"u8\"", "\"src\":\"f32\""), 2, "'src'");
    const auto zero_point = [&](const std::string &value) {
        return replaced("\"src_zero_point\":false", "\"src_zero_point\":" + value);
    };
    expect(zero_point("true"), 2, "calibrate with this one");
    expect(zero_point("null"), 2, "'src_zero_point' is neither");
    expect(zero_point("[]"), 2, "'src_zero_point' is neither");
    expect(zero_point("[1,2,3]"), 2, "'src_zero_point' is neither");
    expect(zero_point("[256]"), 2, "outside the source data type");
    expect(zero_point("[-1]"), 2, "outside the source data type");
    expect(zero_point("[1e300]"), 2, "outside the source data type");
    expect(zero_point("[18446744073709551615]"), 2, "outside the source data type");
    expect(replaced("000000000000002a", "2a"), 2, "16 hexadecimal digits");
    expect(replaced("\"mb\":1,", "\"mb\":0,"), 2, "'mb' is out of range");
    expect(replaced("\"mb\":1,", ""), 2, "'mb' is missing");
    expect(replaced("\"tile\":\"row2\"", "\"tile\":\"f9\""), 3, "'tile'");
    expect(replaced("\"tile\":\"row2\"", "\"tile\":\"f4x4\""), 3, "components");
    expect(replaced("{\"range\":", "{\"x\":1,\"range\":"), 4, "'x' is unknown");
    for (const char *range : {"0", "0.4", "32769", "-1"})
        expect(with_first("\"range\":", range), 4, "'range' is out of range");
    for (const char *noise : {"-1", "1e31"})
        expect(with_first("\"noise\":", noise), 4, "'noise' is out of range");
    expect(replaced("{\"range\":", "[\"range\","), 4, "not JSON");
    expect(text_.substr(0, text_.size() / 2),
            static_cast<int>(std::count(
                    text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(text_.size() / 2), '\n'))
                    + 1,
            "not JSON");
    expect("", 1, "not JSON");
    expect("[]", 1, "not an object");
    const auto second = text_.find("fedcba9876543210");
    const int line = static_cast<int>(std::count(
                             text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(second), '\n'))
                     + 1;
    expect(replaced("fedcba9876543210", "000000000000002a"), line, "an earlier layer");
    EXPECT_EQ(error_of(text_), "");
}

// The same weights can be behind several sources.
TEST_F(calibration_file, has_zero_points_of_the_source) {
    for (const zero_point_list &list : {zero_point_list {3}, zero_point_list(16, 255), {}}) {
        calibration c;
        c.layers = {known_.layers[0], known_.layers[0]};
        c.layers[0].zero_points = list;
        c.layers[1].zero_points = {4};
        write_calibration(c, path_);
        EXPECT_EQ(read_calibration(path_), c);
    }
}

// They had ranges that whatever was not seen left: nothing to go on with.
TEST_F(calibration_file, of_the_versions_before_is_refused) {
    for (const char *before : {"1", "2", "3"}) {
        const std::string error = error_of(
                replaced("\"winodnn_calibration\":4", std::string("\"winodnn_calibration\":") + before));
        EXPECT_NE(error.find("calibrate with this one"), std::string::npos) << error;
    }
}

TEST_F(calibration_file, has_pieces_that_no_tile_is) {
    const observed_tile piece {tile_id::sfc6x6, {6, 2}};
    calibration c;
    c.layers = {known_.layers[0]};
    c.layers[0].kh = c.layers[0].kw = 3;
    c.layers[0].tiles = {{piece,
            std::vector<component_calibration>(static_cast<std::size_t>(algorithm_of(piece).components()))}};
    write_calibration(c, path_);
    EXPECT_EQ(read_calibration(path_), c);
    EXPECT_EQ(c.layers[0].find(tile_id::sfc6x6), nullptr);
    const std::string text = text_of(c), sizes = "\"rows\":6,\"cols\":2";
    const auto error_with = [&](const std::string &other) {
        std::string altered = text;
        altered.replace(altered.find(sizes), sizes.size(), other);
        return error_of(altered);
    };
    for (const char *other : {"\"rows\":2,\"cols\":2", "\"rows\":6,\"cols\":5", "\"rows\":6,\"cols\":1"})
        EXPECT_NE(error_with(other).find("pieces of the tile do not have"), std::string::npos) << other;
    EXPECT_NE(error_with("\"rows\":6").find("'cols' is missing"), std::string::npos);
    EXPECT_NE(error_with("\"cols\":2").find("'rows' is missing"), std::string::npos);
}

TEST_F(calibration_file, has_each_tile_of_a_kernel_once) {
    calibration c = known_;
    std::vector<tile_calibration> &tiles = c.layers[0].tiles;
    tiles.push_back(tiles[0]);
    EXPECT_NE(error_of(text_of(c)).find("the same tile again"), std::string::npos);
    tiles.back().tile = {tile_id::f2x2, tile_of(tile_id::f2x2).outputs};
    tiles.back().components.resize(static_cast<std::size_t>(tile_of(tile_id::f2x2).components()));
    EXPECT_NE(error_of(text_of(c)).find("a tile of another kernel"), std::string::npos);
}

// Whatever bytes: read, or refused with a line.
TEST_F(calibration_file, survives_any_change) {
    std::mt19937 random(1);
    int read = 0;
    for (int n = 0; n < 3000; ++n) {
        std::string text = text_;
        for (unsigned k = random() % 3 + 1; k > 0; --k)
            text[random() % text.size()] = static_cast<char>(random());
        if (n % 10 == 0) text.resize(random() % text.size());
        const std::string error = error_of(text);
        if (error.empty())
            ++read;
        else
            EXPECT_TRUE(error.starts_with(path_ + ":")) << error;
    }
    EXPECT_GT(read, 0);
}

TEST_F(calibration_file, that_cannot_be_read_or_written_says_so) {
    EXPECT_THROW(read_calibration(folder_ / "none.json"), std::runtime_error);
    EXPECT_THROW(write_calibration(known_, folder_ / "none" / "c.json"), std::runtime_error);
    EXPECT_THROW(write_calibration(known_, folder_), std::runtime_error);
}

} // namespace
} // namespace winodnn

#include "footprint/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

namespace winodnn::bench {
namespace {

constexpr double mib = 1024 * 1024;

template <typename Figure>
double median_of(const table_row &row, const Figure &figure) {
    std::vector<double> values;
    for (const footprint &f : row.processes) values.push_back(figure(f));
    std::ranges::sort(values);
    return values[values.size() / 2];
}

std::string number(double value, int digits) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.*f", digits, value);
    return text;
}

double first_result(const footprint &f) {
    return f.first_result_ms();
}

} // namespace

namespace {

// A column: its head, and of a row the median of a figure of its processes, divided by `unit`.
struct column {
    const char *head;
    double (*figure)(const footprint &);
    double unit;
    int digits;
};

constexpr column memory_columns[] = {
        {"weights, MiB", [](const footprint &f) { return f.weights_bytes; }, mib, 1},
        {"of plain s8", [](const footprint &f) { return f.weights_bytes / f.plain_bytes; }, 1, 2},
        {"workspace, MiB", [](const footprint &f) { return f.scratchpad_bytes; }, mib, 1},
        {"resident, MiB", [](const footprint &f) { return f.resident_bytes; }, mib, 1}};

constexpr column time_columns[] = {{"creating", [](const footprint &f) { return f.creation_ms; }, 1, 1},
        {"packing", [](const footprint &f) { return f.packing_ms; }, 1, 1},
        {"first run", [](const footprint &f) { return f.first_run_ms; }, 1, 1},
        {"first result", first_result, 1, 1},
        {"later creation, each", [](const footprint &f) { return f.later_creation_us; }, 1000, 3},
        {"later run", [](const footprint &f) { return f.run_ms; }, 1, 2}};

std::string line_of(std::span<const column> columns, const std::string &first,
        const std::function<std::string(const column &)> &cell) {
    std::string text = "| " + first + " |";
    for (const column &c : columns) text += cell(c) + "|";
    return text + "\n";
}

} // namespace

std::string table_of(std::span<const table_row> rows, bool of_memory) {
    const std::span<const column> columns =
            of_memory ? std::span<const column>(memory_columns) : std::span<const column>(time_columns);
    std::string text = line_of(columns, of_memory ? "network | | taken over" : "network |",
            [](const column &c) { return " " + std::string(c.head) + " "; });
    text += of_memory ? "|---|---|---" : "|---|---";
    for (std::size_t i = 0; i < columns.size(); ++i) text += "|---";
    text += "|\n";
    for (const table_row &row : rows) {
        std::string first = row.network + " | " + row.mode;
        const footprint &any = row.processes.front();
        if (of_memory) first += " | " + number(any.taken_over, 0) + " of " + number(any.convolutions, 0);
        text += line_of(columns, first, [&](const column &c) {
            return " " + number(median_of(row, c.figure) / c.unit, c.digits) + " ";
        });
    }
    return text;
}

double largest_deviation(std::span<const table_row> rows) {
    double largest = 0;
    for (const table_row &row : rows) {
        const double middle = median_of(row, first_result);
        for (const footprint &f : row.processes)
            largest = std::max(largest, std::fabs(first_result(f) / middle - 1));
    }
    return largest;
}

} // namespace winodnn::bench

#include "winograd/piece.hpp"

#include "winograd/program.hpp"

#include <algorithm>
#include <numeric>

namespace winodnn {

namespace {

piece make_piece(const transform &whole, int outputs) {
    piece p;
    if (outputs == whole.outputs())
        p.how = whole;
    else
        p.how = whole.direct ? make_direct(outputs, whole.taps()) : make_smaller(whole, outputs);
    p.v.resize(static_cast<std::size_t>(p.how.inputs()));
    std::iota(p.v.begin(), p.v.end(), 0);
    if (!whole.direct) p.v.back() = whole.inputs() - 1; // infinity is always the last one
    p.m = p.v;
    if (whole.direct) p.m.resize(static_cast<std::size_t>(outputs));
    p.input_instructions = static_cast<int>(compile(p.how.input).code.size());
    p.output_instructions = static_cast<int>(compile(p.how.output).code.size());
    return p;
}

} // namespace

bool piece::has_m(int plane) const {
    return std::ranges::find(m, plane) != m.end();
}

std::vector<piece> make_pieces(const transform &whole) {
    std::vector<piece> pieces;
    for (int outputs = whole.direct ? 1 : std::min(2, whole.outputs()); outputs <= whole.outputs(); ++outputs)
        pieces.push_back(make_piece(whole, outputs));
    return pieces;
}

} // namespace winodnn

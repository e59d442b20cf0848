#include "reach/zydis_module.h"

#include <Zydis/Zydis.h>

namespace {

bool is_conditional(const ZydisDecodedInstruction &i) {
    const bool near_form = i.opcode_map == ZYDIS_OPCODE_MAP_0F && (i.opcode & 0xf0) == 0x80;
    const bool short_form = i.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && (i.opcode & 0xf0) == 0x70;
    return near_form || short_form;
}

winodnn_instruction_kind kind_of(const ZydisDecodedInstruction &i) {
    switch (i.mnemonic) {
        case ZYDIS_MNEMONIC_INT3:
        case ZYDIS_MNEMONIC_INT1:
        case ZYDIS_MNEMONIC_UD0:
        case ZYDIS_MNEMONIC_UD1:
        case ZYDIS_MNEMONIC_UD2:
        case ZYDIS_MNEMONIC_HLT: return winodnn_stops;
        default: break;
    }
    const bool is_relative = i.raw.imm[0].is_relative != 0;
    switch (i.meta.category) {
        case ZYDIS_CATEGORY_UNCOND_BR: return is_relative ? winodnn_jumps : winodnn_ends;
        case ZYDIS_CATEGORY_CALL: return is_relative ? winodnn_calls : winodnn_calls_through;
        case ZYDIS_CATEGORY_RET: return winodnn_ends;
        default: break;
    }
    if (!is_relative) return winodnn_goes_on;
    return is_conditional(i) ? winodnn_jumps_if : winodnn_jumps_if_nearby;
}

// A memory operand that is relative to the next instruction.
bool has_relative_operand(const ZydisDecodedInstruction &i) {
    return (i.attributes & ZYDIS_ATTRIB_HAS_MODRM) != 0 && i.raw.modrm.mod == 0 && i.raw.modrm.rm == 5
           && i.raw.disp.size == 32;
}

} // namespace

extern "C" __attribute__((visibility("default"))) int winodnn_zydis_decode(
        const void *code, size_t bytes, winodnn_instruction *instruction) {
    ZydisDecoder decoder;
    ZydisDecodedInstruction i;
    if (ZYAN_FAILED(ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64))
            || ZYAN_FAILED(ZydisDecoderDecodeInstruction(&decoder, nullptr, code, bytes, &i)))
        return 0;
    // With an address of 32 bits, distances are counted otherwise.
    if ((i.attributes & ZYDIS_ATTRIB_HAS_ADDRESSSIZE) != 0 && (i.attributes & ZYDIS_ATTRIB_IS_RELATIVE) != 0)
        return 0;
    *instruction = {};
    instruction->length = i.length;
    instruction->kind = static_cast<uint8_t>(kind_of(i));
    instruction->condition = i.opcode & 0x0f;
    if (i.raw.imm[0].is_relative != 0) instruction->target = i.length + i.raw.imm[0].value.s;
    if (has_relative_operand(i)) {
        instruction->displacement_at = i.raw.disp.offset;
        instruction->displacement = static_cast<int32_t>(i.raw.disp.value);
    }
    return 1;
}

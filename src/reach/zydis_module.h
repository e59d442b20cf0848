/* What libwinodnn-zydis.so exports, for libwinodnn.so alone: Zydis, as far as moving instructions takes it.
 */
#ifndef WINODNN_ZYDIS_MODULE_H
#define WINODNN_ZYDIS_MODULE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum winodnn_instruction_kind {
    winodnn_goes_on,         /* to the next instruction */
    winodnn_jumps,           /* to target */
    winodnn_jumps_if,        /* to target or goes on; there is a form with 32 bits of distance */
    winodnn_jumps_if_nearby, /* the same, and there is none: loop, jrcxz */
    winodnn_calls,           /* target, and goes on */
    winodnn_calls_through,   /* a register or memory, and goes on */
    winodnn_ends,            /* ret, or a jump through a register or memory */
    winodnn_stops            /* int3, ud2, hlt: not made to be executed */
};

struct winodnn_instruction {
    uint8_t length;
    uint8_t kind;
    uint8_t condition;       /* of winodnn_jumps_if: the four bits of the opcode */
    uint8_t displacement_at; /* where 32 bits are that are relative to the instruction's end; 0: none */
    int32_t displacement;
    int64_t target; /* relative to the instruction's beginning */
};

/* The first instruction in these bytes; 0 if it is none. */
int winodnn_zydis_decode(const void *code, size_t bytes, struct winodnn_instruction *instruction);

#ifdef __cplusplus
}
#endif

#endif

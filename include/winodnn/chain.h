/* Chains: several int8 convolutions, each reading what the one before it wrote, as one operation.
 *
 * oneDNN has no word for this. What lies between the members of a chain is never visible to the program, so
 * winodnn can compute a band of rows through all members, and keep a few rows of each tensor in between
 * instead of all. Results are those of executing the members one after the other, to the bit. docs/chains.md
 * says what that saves. This header needs oneDNN's; winodnn.h does not. */
#ifndef WINODNN_CHAIN_H
#define WINODNN_CHAIN_H

#include "winodnn/winodnn.h"

#include <oneapi/dnnl/dnnl_types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Functions that return a status return dnnl_success; dnnl_invalid_arguments for what can never be right;
 * dnnl_unimplemented for what is no chain here, but could be executed without one; and what oneDNN returns.
 * With WINODNN_VERBOSE=2 a line on stdout has the reason. Any thread may call them at any time; a chain may
 * be executed by several threads at the same time, each with a scratchpad of its own. */

typedef struct winodnn_chain *winodnn_chain_t;
typedef const struct winodnn_chain *const_winodnn_chain_t;

/* The most members that a chain can have. */
#define WINODNN_CHAIN_MOST_MEMBERS 64

/* In place of a member's number: the tensor that the first member reads. */
#define WINODNN_CHAIN_SOURCE (-1)

/* A post-op of a member that reads the destination of an earlier member, or the chain's source: a residual.
 *   a sum                     what is in the member's destination before is that tensor. It has the dims and
 *                             the data type of the member's destination.
 *   binary, with a whole tensor   that tensor is the operand. Its memory descriptor is the operand's. */
typedef struct {
    int member;  /* from 0 */
    int post_op; /* its position in the member's attributes, from 0 */
    int source;  /* a member before this one, or WINODNN_CHAIN_SOURCE */
} winodnn_chain_link_t;

typedef enum {
    winodnn_chain_fastest = 0,      /* one after the other: bands save memory, and hardly time */
    winodnn_chain_least_memory = 1, /* by bands wherever that is possible, which can be slower */
    /* No goal. In C++ a value beyond the largest enumerator is undefined behaviour, and what a program passes
     * has to be looked at first. oneDNN's enumerations end like this, too. */
    winodnn_chain_goal_max = 0x7fff
} winodnn_chain_goal_t;

/* Makes a chain of `members` forward convolutions, winodnn's or oneDNN's own, in the order in which they are
 * executed. The destination's memory descriptor of each equals the source's of the next. A sum of any member
 * but the last must be in `links`: nothing else can be in its destination. The primitive descriptors can be
 * destroyed afterwards; weights are reordered into their weights_desc() as always. */
WINODNN_API dnnl_status_t winodnn_chain_create(winodnn_chain_t *chain, int members,
        const const_dnnl_primitive_desc_t *descs, int links, const winodnn_chain_link_t *link_list,
        winodnn_chain_goal_t goal);

/* nullptr is destroyed as well. No thread may be executing the chain. */
WINODNN_API dnnl_status_t winodnn_chain_destroy(winodnn_chain_t chain);

/* How many members are executed by bands, together with a neighbour. If `reason` is not NULL, *reason becomes
 * a sentence fragment that says why the others, or the first of them, are not, or "". It is valid as long as
 * the chain. 0 of NULL. */
WINODNN_API int winodnn_chain_banded_members(const_winodnn_chain_t chain, const char **reason);

/* What an execution needs, in bytes (u8, one dimension), valid as long as the chain; no bytes if it needs
 * none. NULL of NULL. */
WINODNN_API const_dnnl_memory_desc_t winodnn_chain_scratchpad_desc(const_winodnn_chain_t chain);

/* How many bytes of that are what lies between the members. */
WINODNN_API size_t winodnn_chain_activation_bytes(const_winodnn_chain_t chain);

/* The number of a member's argument in the list of a chain's execution. */
#define WINODNN_CHAIN_ARG(member, arg) (((member) << 24) | (arg))

/* Executes the chain. The list has, as WINODNN_CHAIN_ARG(member, argument):
 *   DNNL_ARG_SRC of the first member, and DNNL_ARG_DST of the last;
 *   of each member weights, bias, scales, zero points and operands of post-ops, as its primitive wants them,
 *   but for operands that links name;
 *   DNNL_ARG_SCRATCHPAD of member 0, if the program has it: a memory of winodnn_chain_scratchpad_desc().
 *   Without it the library takes the memory for the time of the execution.
 * Returns as dnnl_primitive_execute does. */
WINODNN_API dnnl_status_t winodnn_chain_execute(
        const_winodnn_chain_t chain, dnnl_stream_t stream, int nargs, const dnnl_exec_arg_t *args);

#ifdef __cplusplus
}
#endif

#endif /* WINODNN_CHAIN_H */

/* What programs call under oneDNN's names.
 *
 * A process can have several oneDNNs, of versions whose functions have the same names and other parameters.
 * So a call is handed on with all registers and the stack as they came: to ours if the caller is known to
 * belong to the oneDNN that is served, else to whatever route_call() (callers.cpp) answers. Callers are known
 * by their return addresses.
 *
 * Functions of a oneDNN inside of another library jump to reached_NAME, with that oneDNN in r11 (src/provider/reach).
 * Which one a thread is in is winodnn_current_onednn; zero is the one that is served here. */
#include "provider/exported/exported_functions.h"

    /* Whatever is below it on the stack, it ends as it began. */
    .macro begin_frame
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    .endm
    .macro end_frame
    leave
    .cfi_def_cfa %rsp, 8
    .endm

    /* rax, r10 and r11 are nobody's at a function's start. */
    .macro entry_point name, absent
    .globl \name
    .type \name, @function
    .p2align 4
\name:
    .cfi_startproc
    endbr64
    movq (%rsp), %r11
    imull $0x9e3779b1, %r11d, %eax /* callers.cpp: first_place() */
    shrl $16, %eax
    andl $0xfff0, %eax
    leaq known_callers(%rip), %r10
    cmpq (%r10,%rax), %r11
    jne .Lask_\name
    cmpq $1, 8(%r10,%rax)
    jne .Lask_\name
    movq winodnn_current_onednn@gottpoff(%rip), %r10
    cmpq $0, %fs:(%r10)
    jne .Lleave_\name
    jmp served_\name
.Lleave_\name:
    leaq served_\name(%rip), %rax
    xorl %r11d, %r11d
    jmp within
.Lask_\name:
    leaq .Lfunction_\name(%rip), %r11
    jmp ask
    .cfi_endproc
    .size \name, . - \name

    .type reached_\name, @function
    .p2align 4
reached_\name:
    .cfi_startproc
    endbr64
    movq winodnn_current_onednn@gottpoff(%rip), %r10
    leaq served_\name(%rip), %rax
    cmpq %r11, %fs:(%r10)
    jne within
    jmp *%rax
    .cfi_endproc
    .size reached_\name, . - reached_\name

    .pushsection .rodata.str1.1, "aMS", @progbits, 1
.Lname_\name:
    .asciz "\name"
    .popsection
    /* exported_function of callers.hpp: a list of all. */
    .pushsection .data.rel.local, "aw"
    .p2align 3
.Lfunction_\name:
    .quad .Lname_\name, served_\name, \absent, reached_\name, 0
    .popsection
    .endm

    .pushsection .data.rel.local, "aw"
    .p2align 3
    .globl exported_functions
    .hidden exported_functions
exported_functions:
    .popsection

    .text
    /* r11: the exported_function. */
    .type ask, @function
    .p2align 4
ask:
    .cfi_startproc
    begin_frame
    andq $-16, %rsp
    subq $(6 * 8 + 8 * 16), %rsp
    movq %rdi, (%rsp)
    movq %rsi, 8(%rsp)
    movq %rdx, 16(%rsp)
    movq %rcx, 24(%rsp)
    movq %r8, 32(%rsp)
    movq %r9, 40(%rsp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movaps %xmm\n, (6 * 8 + \n * 16)(%rsp)
    .endr
    movq %r11, %rdi
    movq 8(%rbp), %rsi
    call route_call
    movq %rax, %r11
    movq (%rsp), %rdi
    movq 8(%rsp), %rsi
    movq 16(%rsp), %rdx
    movq 24(%rsp), %rcx
    movq 32(%rsp), %r8
    movq 40(%rsp), %r9
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movaps (6 * 8 + \n * 16)(%rsp), %xmm\n
    .endr
    end_frame
    movq winodnn_current_onednn@gottpoff(%rip), %r10
    cmpq $0, %fs:(%r10)
    jne .Lleave
    jmp *%r11
.Lleave:
    movq %r11, %rax
    xorl %r11d, %r11d
    jmp within
    .cfi_endproc
    .size ask, . - ask

    /* Calls the function in rax with the oneDNN in r11 as the thread's current one, and sets back what was before: a
     * thread that waits inside of one oneDNN can be given work that calls another. Arguments on the stack are copied:
     * the longest list of a function here has thirteen, of which six are in registers. */
    .type within, @function
    .p2align 4
within:
    .cfi_startproc
    begin_frame
    movq winodnn_current_onednn@gottpoff(%rip), %r10
    pushq %fs:(%r10)
    subq $(9 * 8), %rsp
    movq %r11, %fs:(%r10)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movq (16 + \n * 8)(%rbp), %r10
    movq %r10, (\n * 8)(%rsp)
    .endr
    call *%rax
    movq winodnn_current_onednn@gottpoff(%rip), %r10
    movq -8(%rbp), %r11
    movq %r11, %fs:(%r10)
    end_frame
    ret
    .cfi_endproc
    .size within, . - within

    /* The answers where the process has no such function. */
    .type absent_status, @function
absent_status:
    endbr64
    movl $3, %eax /* dnnl_unimplemented */
    ret
    .size absent_status, . - absent_status

    .type absent_value, @function
absent_value:
    endbr64
    xorl %eax, %eax
    ret
    .size absent_value, . - absent_value

#define STATUS(name) entry_point name, absent_status;
#define VALUE(name) entry_point name, absent_value;
    WINODNN_STATUS_FUNCTIONS(STATUS)
    WINODNN_VALUE_FUNCTIONS(VALUE)
    WINODNN_CXX_FUNCTIONS(VALUE)

    .pushsection .data.rel.local, "aw"
    .globl exported_functions_end
    .hidden exported_functions_end
exported_functions_end:
    .popsection

    .section .note.GNU-stack, "", @progbits

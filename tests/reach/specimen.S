/* A library whose functions nobody outside sees: what the finder finds, and what can and cannot be redirected. */
    .macro function name
    .type \name, @function
    .p2align 4
\name:
    .endm
    .macro end name
    .size \name, . - \name
    .endm

    .text
    function specimen_plain
    endbr64
    leal 1(%rdi), %eax
    addl $0, %eax
    ret
    end specimen_plain

    function specimen_without_endbr64
    movl $7, %eax
    addl %edi, %eax
    ret
    end specimen_without_endbr64

    /* A load whose distance changes. */
    function specimen_rip_relative
    endbr64
    movl value(%rip), %eax
    addl %edi, %eax
    ret
    end specimen_rip_relative

    function specimen_rip_relative_with_immediate
    endbr64
    cmpl $41, value(%rip)
    sete %al
    movzbl %al, %eax
    addl %edi, %eax
    ret
    end specimen_rip_relative_with_immediate

    /* A short jump that becomes a long one. */
    function specimen_conditional
    endbr64
    testl %edi, %edi
    jle 1f
    movl $2, %eax
    ret
1:  movl $3, %eax
    ret
    end specimen_conditional

    function specimen_jumps
    endbr64
    .byte 0xe9
    .long specimen_plain - . - 4
    end specimen_jumps

    function specimen_jumps_through
    endbr64
    jmp *pointer(%rip)
    end specimen_jumps_through

    /* A loop that does not lead into the first instructions. */
    function specimen_loops_later
    endbr64
    xorl %eax, %eax
    movl %edi, %edx
    nop
1:  addl %edx, %eax
    decl %edx
    jg 1b
    ret
    end specimen_loops_later

    /* For threads: nothing but this thread's count. */
    function specimen_of_threads
    endbr64
    movl %edi, %eax
    imull %edi, %eax
    addl value(%rip), %eax
    ret
    end specimen_of_threads

    /* What is refused. */
    function specimen_short
    endbr64
    nop
    ret
    end specimen_short

    function specimen_jumps_nearby
    endbr64
    jmp specimen_short_tail
specimen_short_tail:
    ret
    nop
    nop
    nop
    end specimen_jumps_nearby

    function specimen_loops
    endbr64
    xorl %eax, %eax
1:  addl %edi, %eax
    decl %edi
    jg 1b
    ret
    end specimen_loops

    function specimen_returns_from_cold
    endbr64
    movl %edi, %eax
.Lback:
    addl $1, %eax
    testl %eax, %eax
    jg specimen_returns_from_cold.cold
    ret
    end specimen_returns_from_cold

    function specimen_calls
    endbr64
    call specimen_plain
    ret
    end specimen_calls

    function specimen_counts
    endbr64
    jrcxz 1f
    movl $1, %eax
1:  ret
    end specimen_counts

    function specimen_unknown
    endbr64
    .byte 0x06, 0x06, 0x06, 0x06, 0x06
    ret
    end specimen_unknown

    function specimen_unknown_later
    endbr64
    movl $1, %eax
    .byte 0x06
    ret
    end specimen_unknown_later

    function specimen_breakpoint
    endbr64
    int3
    movl $1, %eax
    ret
    end specimen_breakpoint

    .section .text.unlikely, "ax"
    function specimen_returns_from_cold.cold
    decl %eax
    jmp .Lback
    end specimen_returns_from_cold.cold

    .section .rodata
    .p2align 2
value: .long 41
    .section .data.rel.local, "aw"
    .p2align 3
pointer: .quad specimen_plain

    .section .note.GNU-stack, "", @progbits

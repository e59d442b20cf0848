# WINODNN_SANITIZE and WINODNN_SANITIZE_THREAD, and what a preloaded library needs under it.

# Put in front of whatever else is preloaded: the address sanitizer wants to be a process's first library.
set(winodnn_preload_first "")
set(winodnn_test_environment "")

if(WINODNN_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_compile_options(-Wno-maybe-uninitialized) # the sanitizers' own code hides initialisations from GCC
    add_link_options(-fsanitize=address,undefined)
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libasan.so
        OUTPUT_VARIABLE winodnn_libasan OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    file(REAL_PATH ${winodnn_libasan} winodnn_libasan)
    set(winodnn_preload_first "${winodnn_libasan}:")
    # Sanitizers do not see into generated code, and what is around it differs by the width of vectors and by whether
    # there is a dot product: two instruction sets of four have all of that. Other runs test all four.
    set(winodnn_test_environment UBSAN_OPTIONS=print_stacktrace=1 "GTEST_FILTER=-isas/*/avx2_vnni:isas/*/avx512_core")
endif()

if(WINODNN_SANITIZE_THREAD)
    add_compile_options(-fsanitize=thread -Wno-maybe-uninitialized)
    add_link_options(-fsanitize=thread)
    # Neither oneDNN nor the OpenMP runtime are built with it, so how their threads meet is not seen: one thread of
    # theirs, whatever tests ask for, and many of the tests' own. Processes that have a limit of their own are left out.
    set(winodnn_test_environment OMP_NUM_THREADS=1 OMP_THREAD_LIMIT=1
        "TSAN_OPTIONS=halt_on_error=1 ignore_noninstrumented_modules=1" "GTEST_FILTER=-threads.a_process_*")
endif()

// One of two libraries with this function, and one that calls it.
#ifdef ANSWER
int winodnn_answer(void) {
    return ANSWER;
}
#else
int winodnn_answer(void);
int winodnn_call_answer(void) {
    return winodnn_answer();
}
#endif

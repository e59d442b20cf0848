// A program that is linked to a library with a oneDNN inside. Arguments: algorithm.
extern "C" int run_probe(const char *algorithm);

int main(int argc, char **argv) {
    return argc == 2 ? run_probe(argv[1]) : 2;
}

// A program that has a oneDNN inside, itself or in a library that it is linked to. Arguments: algorithm.
extern "C" int run_probe(const char *algorithm);

int main(int argc, char **argv) {
    return argc == 2 ? run_probe(argv[1]) : 2;
}

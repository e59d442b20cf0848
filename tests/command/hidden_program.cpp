// A program that uses a framework with oneDNN inside.
extern "C" void run_hidden_network();

int main() {
    run_hidden_network();
    return 0;
}

// A program that no loader starts.
int main() {
    return 7;
}

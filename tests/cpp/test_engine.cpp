// Runs every registered test of the base and the engine: lamella_engine_tests [name ...].
#include "check.h"

int main(int argc, char** argv) { return lamella::testing::run_tests({argv + 1, argv + argc}); }

#include "common/tables.h"

int main(int argc, char** argv) { return corpus::cli::start(argc, argv); }

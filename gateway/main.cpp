// aldgate: one program. Each command is a function of gateway/cli.

#include "gateway/cli/cli.h"

int main(int argc, char** argv) { return gateway::run(argc, argv); }

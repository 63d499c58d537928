// The command line: serve, migrate, check-config, sandbox, partner, keys, customer, sca, explain. Reads arguments and files, calls a
// service, prints. Exit codes: 0 done, 1 refused (one plain sentence on standard error), 2 wrong usage.
#pragma once

namespace gateway {

int run(int argc, char** argv);

}  // namespace gateway

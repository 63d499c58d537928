#include "tests/support/fakes.h"

// Ports of the loopback address. Level: experiment. Free functions.
#pragma once

namespace tare {

struct SandboxPorts {
  int postgres = 0;
  int redis = 0;
};

// Both ports, a 0 replaced by one that is free now (another program may still be faster). Throws
// ServerError that names a port which is taken, UsageError for numbers that cannot be.
SandboxPorts choose_ports(SandboxPorts wanted);

}  // namespace tare

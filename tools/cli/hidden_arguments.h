// Hides what may be a secret in the command line that other users of the machine see.
// Level: cli. For main, after the options are copied out of argv and before anything else is done.
#pragma once

#include <string>

namespace tare {

// The values of --postgres and --redis that may hold a password become stars in place, so that
// /proc/PID/cmdline and ps show nothing of them from here on. What was seen before, and what the
// shell keeps, cannot be undone: read_target warns of it.
void hide_secrets(int argc, char** argv);

// The text with the logins of URIs ("//user:password@") and what follows "password=" as stars: for
// errors that may quote the command line.
std::string without_secrets(const std::string& text);

}  // namespace tare

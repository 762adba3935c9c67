//! The program: does what its arguments say, ends with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    butterfly_console::cli::run()
}

//! The program: reads the command line, gives it a runtime, ends with its exit code.

use butterfly_console::cli::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::from_arguments() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    // One-shot verbs wait for one thing at a time: threads would only cost them their start-up.
    let mut builder = if cli.is_long_lived() {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    match builder.enable_all().build() {
        Ok(runtime) => runtime.block_on(cli.run()),
        Err(error) => {
            eprintln!("error: the system gave no threads or timers: {error}");
            ExitCode::FAILURE
        }
    }
}

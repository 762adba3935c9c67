//! `butterfly completions`: what a shell needs to complete our arguments.

use super::Cli;
use super::outcome::{Outcome, write_line};
use super::session::Session;
use clap::CommandFactory;
use clap_complete::Shell;

/// Print a completion script for a shell.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// Which shell.
    shell: Shell,
}

impl Completions {
    pub fn run(self, _session: &Session) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "butterfly", &mut script);
        write_line(String::from_utf8_lossy(&script).trim_end())
    }
}

//! A command line that the parser refuses, and help that was asked for.

use super::outcome::write_json;
use crate::protocol::Code;
use crate::workspace::Failure;
use clap::error::ErrorKind;
use std::process::ExitCode;

/// Prints what the parser has to say; scripts that asked for JSON get the error on stdout as well.
pub fn report(error: &clap::Error) -> ExitCode {
    let is_asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if !is_asked_for && std::env::args_os().any(|argument| argument == "--json") {
        // Nothing is left to tell if even this cannot be written.
        let _ = write_json(&failure(error).to_value(), false);
    }
    // A closed pipe while printing help is no failure.
    let _ = error.print();
    if is_asked_for {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    }
}

/// The parser's message as a failure: its first paragraph, in one line.
fn failure(error: &clap::Error) -> Failure {
    let message = match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            "a subcommand is missing".to_owned()
        }
        _ => {
            let text = error.render().to_string();
            let paragraph = text.split("\n\n").next().unwrap_or_default();
            let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
            line.strip_prefix("error: ").unwrap_or(&line).to_owned()
        }
    };
    Failure::new(
        Code::Usage,
        message,
        "see `butterfly --help`, or the help of that subcommand",
    )
}

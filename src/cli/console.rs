//! Opening the console.

use super::outcome::{Outcome, usage};
use super::session::Session;
use crate::tui;
use crate::workspace::{Demo, Workspace};
use std::io::IsTerminal;
use std::sync::Arc;

/// Opens the console on the home; one without a vault gets the console's first-run choice.
pub async fn run(session: &Session, theme: Option<String>) -> Outcome {
    require_terminal()?;
    // A passphrase is asked for on the screen, where nothing of it stays in the scrollback.
    let workspace = match session.home().has_vault() {
        true => session.open_unasked().await?.cloned(),
        false => None,
    };
    open(session, theme, workspace, None).await
}

/// Opens the console on a home that is open already, if it is, and on the demo, if that was made for it.
pub async fn open(
    session: &Session,
    theme: Option<String>,
    workspace: Option<Arc<Workspace>>,
    demo: Option<Demo>,
) -> Outcome {
    tui::run(tui::Options {
        home: session.home().clone(),
        theme,
        read_only: session.is_read_only(),
        workspace,
        demo,
    })
    .await?;
    Ok(())
}

/// The console draws on a terminal and reads keys from it.
pub fn require_terminal() -> Outcome {
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err(usage(
        "the console needs a terminal, and this is none",
        "use a subcommand (see `butterfly --help`), or `butterfly demo --no-tui`",
    ))
}

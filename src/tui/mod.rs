//! The console. To be furnished.

use crate::protocol::Code;
use crate::workspace::{Failure, Home, Workspace};
use std::sync::Arc;

/// What the console is started with.
pub struct Options {
    /// The home.
    pub home: Home,
    /// The theme's name; the remembered one if none.
    pub theme: Option<String>,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// The home, if it is open already; without one, the console offers its first-run choice.
    pub workspace: Option<Arc<Workspace>>,
}

/// Runs the console until it is left.
pub async fn run(_options: Options) -> Result<(), Failure> {
    Err(Failure::new(
        Code::Internal,
        "the console is not built yet",
        "use the verbs of `butterfly --help`",
    ))
}

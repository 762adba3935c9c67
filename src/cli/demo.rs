//! `butterfly demo`: a working federation in one command.

use super::console;
use super::outcome::{Outcome, write_json, write_line};
use super::session::Session;
use super::signal::EndSignal;
use crate::protocol::Code;
use crate::tui;
use crate::workspace::{Demo as Federation, Failure, HostedBy, Workspace, path_text};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Two local instances, joined, with pointers on them; then the console.
///
/// Hosts `alpha` and `beta` on loopback, hands credentials over in a real handshake, makes one federated pointer
/// per route and a first call. A second time it finds everything again.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Print what was made and serve until SIGINT or SIGTERM, instead of opening the console.
    #[arg(long)]
    no_tui: bool,
}

impl Demo {
    /// Whether the console is going to have the screen.
    pub fn opens_console(&self) -> bool {
        !self.no_tui
    }

    pub async fn run(self, session: &Session, theme: Option<String>) -> Outcome {
        session.permit("making the demo")?;
        if self.no_tui {
            return serve(session).await;
        }
        console::require_terminal()?;
        if let Some(theme) = &theme {
            tui::check_theme(session.home(), theme)?;
        }
        let workspace = session.open_or_create_unasked().await?.clone();
        let federation = build(session, &workspace).await?;
        console::open(session, theme, Some(workspace), Some(federation)).await
    }
}

async fn serve(session: &Session) -> Outcome {
    let mut end = EndSignal::listen()?;
    let workspace = session.open_or_create_unasked().await?;
    refuse_to_stand_by(workspace).await?;
    let federation = tokio::select! {
        federation = build(session, workspace) => federation?,
        () = end.wait() => return Ok(()),
    };
    if session.is_json() {
        // One line: whoever started us reads up to the line feed and goes on.
        write_json(&to_value(session, &federation), false)?;
    } else {
        write_line(&summary(session, &federation))?;
    }
    end.wait().await;
    if !session.is_json() {
        session.note("stopping");
    }
    Ok(())
}

/// Whoever starts this without a console wants it to serve, which it cannot where another process does.
async fn refuse_to_stand_by(workspace: &Workspace) -> Outcome {
    for row in workspace.instances().await? {
        let HostedBy::Other(process) = row.hosted_by else {
            continue;
        };
        let is_of_the_demo = Federation::NAMES.contains(&row.name.as_str());
        if is_of_the_demo {
            let failure = Failure::new(
                Code::AlreadyHosted,
                format!("process {process} hosts this instance of the demo already"),
                "use the one that is running, stop that process first, or run another demo with `--home DIR`",
            );
            return Err(failure.on(row.name.as_str()).into());
        }
    }
    Ok(())
}

async fn build(session: &Session, workspace: &Arc<Workspace>) -> Outcome<Federation> {
    let is_quiet = session.is_json();
    let step = |text: &str| {
        if !is_quiet {
            session.note(&format!("· {text}"));
        }
    };
    Ok(workspace.demo(&step).await?)
}

fn to_value(session: &Session, federation: &Federation) -> Value {
    let instances: Vec<Value> = federation
        .instances
        .iter()
        .map(|(name, endpoint, id)| json!({"name": name, "endpoint": endpoint, "instance_id": id}))
        .collect();
    let pointers: Map<String, Value> = federation
        .pointers
        .iter()
        .map(|(route, address)| (route.as_str().to_owned(), json!(address)))
        .collect();
    json!({"home": path_text(session.home().root()), "instances": instances, "pointers": pointers})
}

fn summary(session: &Session, federation: &Federation) -> String {
    let mut text = String::from("The demo is ready.\n");
    for (name, endpoint, id) in &federation.instances {
        text.push_str(&format!("  {name:<6} {endpoint}  {id}\n"));
    }
    let Some((name, ..)) = federation.instances.first() else {
        return text;
    };
    for (route, address) in &federation.pointers {
        text.push_str(&format!(
            "  route {route:<9} {}\n",
            session.command(&format!("call {name} {address} --trace"))
        ));
    }
    text.push_str("Ctrl-C stops it; the home keeps everything.");
    text
}

//! `butterfly template …`: queries that are kept under a name.

use super::arguments;
use super::ask;
use super::outcome::{Outcome, usage};
use super::session::Session;
use super::table::Table;
use super::words;
use crate::model::Timestamp;
use crate::protocol::Query;
use crate::workspace::{Template as Kept, skeleton};
use clap::Subcommand;
use serde_json::{Value, json};

/// Keep queries under a name, sealed in this home, and use them again.
///
/// A kept query may have blanks in its texts: {{site}} is asked for when the query is sent, {{limit:json}} too, and
/// taken as JSON (a number, say), and {{create_pointer | .result.pointer.address}} is what a jq expression makes of
/// the last reply to that action by the same instance; {{create_pointer@beta | …}} by another one. Send it with
/// `butterfly invoke INSTANCE --template NAME --set site=Oslo`.
#[derive(Debug, Subcommand)]
pub enum Template {
    /// List the kept queries; with --instance also a skeleton of each action of that instance.
    List {
        /// The instance that is asked for its actions.
        #[arg(long)]
        instance: Option<String>,
    },
    /// Print a query: `butterfly template show NAME | butterfly invoke INSTANCE -`.
    Show {
        /// Its name; with --instance, an action's name gives its skeleton.
        name: String,
        /// The instance that is asked for its actions.
        #[arg(long)]
        instance: Option<String>,
    },
    /// Keep a query, in place of the one that has its name.
    Save {
        /// Its name.
        name: String,
        /// The query as JSON; - for stdin, @FILE for a file.
        query: String,
        /// The instance that it is meant for.
        #[arg(long)]
        instance: Option<String>,
    },
    /// Forget a kept query.
    Delete {
        /// Its name.
        name: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

impl Template {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::List { instance } => list(session, instance.as_deref()).await,
            Self::Show { name, instance } => show(session, &name, instance.as_deref()).await,
            Self::Save {
                name,
                query,
                instance,
            } => save(session, name, &query, instance).await,
            Self::Delete { name, yes } => {
                session.permit("forgetting a template")?;
                let workspace = session.open().await?;
                workspace.template(&name).await?;
                ask::confirm(&format!("Forget the template {name:?} for good"), yes)?;
                workspace.delete_template(&name).await?;
                session.show(&json!({"deleted": name}), || format!("{name} is forgotten"))
            }
        }
    }
}

async fn list(session: &Session, instance: Option<&str>) -> Outcome {
    let kept = if session.home().has_vault() {
        session.open().await?.templates().await?
    } else {
        Vec::new()
    };
    let mut rows: Vec<Value> = kept.iter().map(of_kept).collect();
    if let Some(instance) = instance {
        let workspace = session.open_for(instance).await?;
        let knowledge = workspace.learn(instance, None).await?;
        rows.extend(knowledge.actions.list.iter().map(|action| {
            json!({"name": action.name, "kind": "action", "instance": instance, "text": skeleton(action), "at": null})
        }));
    }
    session.show(&rows, || {
        let mut table = Table::new(["NAME", "KIND", "INSTANCE", "QUERY"]);
        for row in &rows {
            let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
            let query = text("text").split_whitespace().collect::<Vec<_>>().join(" ");
            table.row([text("name"), text("kind"), text("instance"), query]);
        }
        table.to_text()
    })
}

fn of_kept(kept: &Kept) -> Value {
    json!({"name": kept.name, "kind": "kept", "instance": kept.instance, "text": kept.text, "at": kept.at})
}

async fn show(session: &Session, name: &str, instance: Option<&str>) -> Outcome {
    let Some(instance) = instance else {
        let kept = session.open().await?.template(name).await?;
        return session.show(&of_kept(&kept), || kept.text.clone());
    };
    let workspace = session.open_for(instance).await?;
    let knowledge = workspace.learn(instance, None).await?;
    if let Some(action) = knowledge.actions.find(name) {
        let text = skeleton(action);
        let value = json!({"name": name, "kind": "action", "instance": instance, "text": text, "at": null});
        return session.show(&value, || text.clone());
    }
    let kept = workspace.template(name).await?;
    session.show(&of_kept(&kept), || kept.text.clone())
}

async fn save(session: &Session, name: String, query: &str, instance: Option<String>) -> Outcome {
    session.permit("keeping a template")?;
    let bytes = arguments::text_or_file(query)?;
    Query::parse(&bytes).map_err(|error| usage(error.to_string(), "give a JSON object with an action"))?;
    let kept = Kept {
        name,
        text: String::from_utf8_lossy(&bytes).trim().to_owned(),
        instance,
        at: Timestamp::now(),
    };
    session.open().await?.save_template(kept.clone()).await?;
    session.show(&of_kept(&kept), || {
        format!("kept as {} · {}", kept.name, words::moment(kept.at))
    })
}

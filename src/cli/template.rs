//! `butterfly template …`: queries that are kept under a name.

use super::arguments;
use super::ask;
use super::export_target::ExportTarget;
use super::outcome::{Outcome, file_failed, usage};
use super::session::Session;
use super::table::Table;
use super::words;
use crate::model::Timestamp;
use crate::protocol::Query;
use crate::workspace::{Template as Kept, Templates, as_query_file, path_text, skeleton};
use clap::Subcommand;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Keep queries under a name, sealed in this home, and use them again.
///
/// A kept query may have blanks in its texts: {{site}} is asked for when the query is sent, {{limit:json}} too, and
/// taken as JSON (a number, say), and {{create_pointer | .result.pointer.address}} is what a jq expression makes of
/// the last reply to that action by the same instance; {{create_pointer@beta | …}} by another one. Send it with
/// `butterfly invoke INSTANCE --template NAME --set site=Oslo`.
///
/// Queries may stand in files too, to be kept with a team's other files: each table of queries/*.toml in the home, and in
/// folders that `[queries] from` in config.toml names, is one, called FILE/TABLE, with query (a table, or a text with
/// JSON), and perhaps about and instance.
#[derive(Debug, Subcommand)]
pub enum Template {
    /// List the queries that have a name; with --instance also a skeleton of each action of that instance.
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
    /// Write queries into a file that others can put among theirs, in plain text; all that are kept, or those named.
    Export {
        /// The file, such as queries.toml; - for stdout.
        file: PathBuf,
        /// Their names.
        names: Vec<String>,
        /// Replace a file that is there.
        #[arg(long)]
        force: bool,
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
            Self::Export { file, names, force } => export(session, &file, &names, force).await,
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
    let Templates { list: kept, problems } = if session.home().has_vault() {
        session.open().await?.templates().await?
    } else {
        Templates::default()
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
    })?;
    for problem in problems {
        session.note(&problem.to_string());
    }
    Ok(())
}

fn of_kept(kept: &Kept) -> Value {
    let kind = if kept.file.is_some() { "file" } else { "kept" };
    json!({
        "name": kept.name,
        "kind": kind,
        "instance": kept.instance,
        "about": kept.about,
        "text": kept.text,
        "at": kept.at,
        "file": kept.file.as_deref().map(path_text),
    })
}

async fn export(session: &Session, file: &Path, names: &[String], force: bool) -> Outcome {
    let known = session.open().await?.templates().await?;
    for name in names {
        known.find(name)?;
    }
    let mut chosen = known.list;
    chosen.retain(|template| match names {
        [] => template.file.is_none(),
        names => names.contains(&template.name),
    });
    chosen.retain(|template| {
        let is_whole = Query::parse(template.text.as_bytes()).is_ok();
        if !is_whole {
            session.note(&format!("{} is no whole query, and is left out", template.name));
        }
        is_whole
    });
    let mut target = ExportTarget::open_private(file, force)?;
    let written = target
        .write_all(as_query_file(&chosen).as_bytes())
        .map_err(|error| file_failed("write", file, &error));
    target.end(written)?;
    session.note(&match chosen.len() {
        1 => "one query exported".to_owned(),
        many => format!("{many} queries exported"),
    });
    session.show_export(file, chosen.len() as u64)
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
    let text = String::from_utf8_lossy(&bytes).trim().to_owned();
    let kept = Kept::to_keep(name, text, instance, Timestamp::now());
    session.open().await?.save_template(kept.clone()).await?;
    session.show(&of_kept(&kept), || {
        format!("kept as {} · {}", kept.name, words::moment(kept.at))
    })
}

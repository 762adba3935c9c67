//! `butterfly filter …`: filters that are kept under a name; and filters as arguments, which may name those.

use super::outcome::{Outcome, Stop, usage};
use super::session::Session;
use super::table::Table;
use crate::model::filter::{Filter as Terms, FilterError, without_kept};
use crate::workspace::{KeptFilters, Rows};
use clap::Subcommand;
use serde_json::{Value, json};

/// A filter as it was written; kept ones that it names are not looked up yet.
#[derive(Debug, Clone)]
pub struct FilterArg {
    text: String,
    rows: Rows,
}

/// Reads a filter of these rows.
pub fn filter_of(rows: Rows) -> impl Fn(&str) -> Result<FilterArg, String> + Clone + Send + Sync + 'static {
    move |text| {
        Terms::parse(&without_kept(text), rows.fields()).map_err(|error| error.to_string())?;
        Ok(FilterArg {
            text: text.to_owned(),
            rows,
        })
    }
}

impl FilterArg {
    /// The filter as text, with what is kept in place of the names.
    pub async fn text(&self, session: &Session) -> Outcome<String> {
        if without_kept(&self.text) == self.text {
            return Ok(self.text.clone());
        }
        let kept = kept(session).await?;
        match kept.expand(self.rows, &self.text) {
            (text, None) => Ok(text),
            (_, Some(error)) => Err(wrong(&error, self.rows)),
        }
    }

    /// The filter.
    pub async fn read(&self, session: &Session) -> Outcome<Terms> {
        let text = self.text(session).await?;
        Terms::parse(&text, self.rows.fields()).map_err(|error| wrong(&error, self.rows))
    }
}

/// The filter, or one that leaves everything.
pub async fn read(filter: Option<&FilterArg>, session: &Session) -> Outcome<Terms> {
    match filter {
        Some(filter) => filter.read(session).await,
        None => Ok(Terms::default()),
    }
}

fn wrong(error: &FilterError, rows: Rows) -> Stop {
    usage(
        format!("the filter is not right: {error}"),
        format!("`butterfly filter list {}` shows what is kept", rows.word()),
    )
}

async fn kept(session: &Session) -> Outcome<KeptFilters> {
    Ok(match session.home().has_vault() {
        true => session.open().await?.kept_filters().await?,
        false => KeptFilters::default(),
    })
}

/// Keep filters under a name: `saved:NAME` in a filter stands for what was kept for that kind of list.
#[derive(Debug, Subcommand)]
pub enum Filter {
    /// List the kept filters.
    List {
        /// Only for these: instances, pointers, credentials, log or audit.
        #[arg(value_name = "LIST", value_parser = rows)]
        rows: Option<Rows>,
    },
    /// Keep a filter, in place of the one that has its name.
    Save {
        /// For which: instances, pointers, credentials, log or audit.
        #[arg(value_name = "LIST", value_parser = rows)]
        rows: Rows,
        /// Its name: letters, digits, dots, - and _
        name: String,
        /// Its terms, for example 'status:failed took:>100ms'.
        filter: String,
    },
    /// Forget a kept filter.
    Delete {
        /// For which: instances, pointers, credentials, log or audit.
        #[arg(value_name = "LIST", value_parser = rows)]
        rows: Rows,
        /// Its name.
        name: String,
    },
}

fn rows(text: &str) -> Result<Rows, String> {
    Rows::parse(text).ok_or_else(|| format!("not one of {}", Rows::ALL.map(Rows::word).join(", ")))
}

impl Filter {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::List { rows } => list(session, rows).await,
            Self::Save { rows, name, filter } => {
                session.permit("keeping a filter")?;
                let workspace = session.open_or_create().await?;
                workspace.keep_filter(rows, &name, &filter).await?;
                let value = json!({"list": rows.word(), "name": name, "filter": filter});
                session.show(&value, || {
                    format!("saved:{name} stands for it in filters of {}", rows.word())
                })
            }
            Self::Delete { rows, name } => {
                session.permit("forgetting a filter")?;
                let kept = kept(session).await?;
                if kept.get(rows, &name).is_none() {
                    return Err(usage(
                        format!("no filter of {} is kept as {name:?}", rows.word()),
                        format!("`butterfly filter list {}` shows what is kept", rows.word()),
                    ));
                }
                session.open().await?.forget_filter(rows, &name).await?;
                session.show(&json!({"deleted": name}), || format!("{name} is forgotten"))
            }
        }
    }
}

async fn list(session: &Session, rows: Option<Rows>) -> Outcome {
    let kept = kept(session).await?;
    let wanted = Rows::ALL
        .into_iter()
        .filter(|kind| rows.is_none_or(|rows| rows == *kind));
    let all: Vec<(Rows, &str, &str)> = wanted
        .flat_map(|kind| kept.of(kind).map(move |(name, filter)| (kind, name, filter)))
        .collect();
    let values: Vec<Value> = all
        .iter()
        .map(|(kind, name, filter)| json!({"list": kind.word(), "name": name, "filter": filter}))
        .collect();
    session.show(&values, || {
        if all.is_empty() {
            return session
                .here("No filter is kept yet. Keep one with `butterfly filter save LIST NAME FILTER`.");
        }
        let mut table = Table::new(["LIST", "NAME", "FILTER"]);
        for (kind, name, filter) in &all {
            table.row([kind.word().to_owned(), (*name).to_owned(), (*filter).to_owned()]);
        }
        table.to_text()
    })
}

//! `butterfly pointer list` and `search`: pointers of one instance or of all, filtered, sorted, in chosen columns.

use super::super::filter::{self, FilterArg, filter_of};
use super::super::outcome::{Outcome, Stop, after, usage};
use super::super::session::Session;
use super::super::table::Table;
use super::super::words;
use crate::model::filter::Filter;
use crate::model::{ConnectionId, InstanceName, Pointer, includes_instance, without_instances};
use crate::store::{Order, PointerQuery, Start, TagMatch};
use crate::workspace::{Failure, ListRemark, PointerColumn, Rows};
use clap::Args;
use serde_json::{Map, Value, json};

/// What people see who did not choose columns.
const USUAL: [PointerColumn; 5] = [
    PointerColumn::Address,
    PointerColumn::Description,
    PointerColumn::Tags,
    PointerColumn::LeadsTo,
    PointerColumn::Reference,
];

/// List pointers, a page at a time.
#[derive(Debug, Args)]
pub struct List {
    /// The instance.
    #[arg(required_unless_present = "all_instances")]
    instance: Option<String>,
    #[command(flatten)]
    page: Page,
}

/// Find pointers whose description contains a text.
#[derive(Debug, Args)]
pub struct Search {
    /// The instance; with --all-instances, the text stands here.
    #[arg(required_unless_present = "all_instances")]
    instance: Option<String>,
    /// The text; % and _ stand for anything, as in SQL LIKE.
    term: Option<String>,
    #[command(flatten)]
    page: Page,
}

/// Which pointers, how many, and what is shown of them.
#[derive(Debug, Args)]
struct Page {
    /// Only pointers that bear this tag; repeatable.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Bearing one of several --tag is enough.
    #[arg(long, requires = "tag")]
    any_tag: bool,
    /// Only pointers that do not bear this tag; repeatable.
    #[arg(long, value_name = "TAG")]
    exclude_tag: Vec<String>,
    /// Only pointers assigned to this connection.
    #[arg(long, value_name = "ID")]
    connection: Option<ConnectionId>,
    /// Only pointers that lead to another instance.
    #[arg(long)]
    federated: bool,
    /// Only what this leaves, as in the console: 'dust #air !#old route:relay conn:none ref:csv ~mns';
    /// saved:NAME for what `butterfly filter save` kept.
    #[arg(long, value_name = "EXPR", value_parser = filter_of(Rows::Pointers))]
    filter: Option<FilterArg>,
    /// By which column: created, modified, description, address or tags; `:desc` for the greatest first.
    #[arg(long, value_name = "COLUMN[:desc]", value_parser = order)]
    sort: Option<Order>,
    /// Which columns, with commas: instance, address, description, tags, leads-to, connection, reference,
    /// created, modified. With --json, which fields.
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',', value_parser = column)]
    columns: Vec<PointerColumn>,
    /// Of all instances in one list; each row says which one it is on.
    #[arg(long)]
    all_instances: bool,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// Go on where an earlier page ended: its `next`.
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
}

fn order(text: &str) -> Result<Order, String> {
    PointerColumn::parse_order(text).ok_or_else(|| {
        let columns = PointerColumn::ALL.into_iter();
        let sortable: Vec<&str> = columns
            .filter(|column| column.sorts_by().is_some())
            .map(PointerColumn::title)
            .collect();
        format!("not one of {}, with :desc or without", sortable.join(", "))
    })
}

fn column(text: &str) -> Result<PointerColumn, String> {
    PointerColumn::parse(text.trim()).ok_or_else(|| {
        let names = PointerColumn::ALL.map(|column| column.title().replace(' ', "-"));
        format!("not one of {}", names.join(", "))
    })
}

impl List {
    pub async fn run(self, session: &Session) -> Outcome {
        match (self.instance, self.page.all_instances) {
            (Some(_), true) => Err(either_one_or_all()),
            (instance, _) => self.page.show(session, instance.as_deref(), None).await,
        }
    }
}

impl Search {
    pub async fn run(self, session: &Session) -> Outcome {
        let (instance, term) = match (self.page.all_instances, self.instance, self.term) {
            (true, Some(_), Some(_)) => return Err(either_one_or_all()),
            (true, term, None) => (None, term),
            (_, instance, term) => (instance, term),
        };
        self.page.show(session, instance.as_deref(), term).await
    }
}

fn either_one_or_all() -> super::super::outcome::Stop {
    usage(
        "an instance is named, and --all-instances is given",
        "give one of them; '@NAME' in --filter leaves some of all",
    )
}

/// What is printed, of one instance or of all.
struct Found {
    rows: Vec<(InstanceName, Pointer)>,
    total: Option<u64>,
    next: Option<String>,
    missing: Vec<Failure>,
    remark: Option<ListRemark>,
}

impl Page {
    async fn show(self, session: &Session, instance: Option<&str>, term: Option<String>) -> Outcome {
        let columns = self.columns.clone();
        let filter = filter::read(self.filter.as_ref(), session).await?;
        let query = self.query(term, filter);
        let found = match instance {
            Some(instance) => of_one(session, instance, query).await?,
            None => of_all(session, &query).await?,
        };
        for failure in &found.missing {
            session.tell(failure);
        }
        let is_all = instance.is_none();
        let shown = session.show(&found.to_value(&columns, is_all), || {
            found.table(&columns, is_all).to_text()
        });
        if !session.is_json() || matches!(found.remark, Some(ListRemark::Unreadable { .. })) {
            session.note(&found.remark());
        }
        let ended = match found.missing.first() {
            Some(failure) => Err(Stop::Told(failure.exit_class())),
            None => Ok(()),
        };
        after(shown, ended)
    }

    fn query(self, term: Option<String>, filter: Filter) -> PointerQuery {
        PointerQuery {
            term,
            tags: self.tag,
            exclude_tags: self.exclude_tag,
            tag_match: if self.any_tag {
                TagMatch::Any
            } else {
                TagMatch::All
            },
            connection: self.connection,
            federated_only: self.federated,
            filter,
            order: self.sort.unwrap_or_default(),
            start: self.after.map_or(Start::First, Start::After),
            limit: Some(self.limit),
            ..PointerQuery::default()
        }
    }
}

async fn of_one(session: &Session, instance: &str, query: PointerQuery) -> Outcome<Found> {
    let query = PointerQuery {
        filter: for_one(query.filter, instance)?,
        ..query
    };
    let name = instance_name(instance)?;
    let workspace = session.open_for(instance).await?;
    let list = workspace.list_pointers(instance, &query).await?;
    let rows = list.page.pointers.into_iter();
    Ok(Found {
        rows: rows.map(|pointer| (name.clone(), pointer)).collect(),
        total: list.page.total,
        next: list.page.next,
        missing: Vec::new(),
        remark: list.remark,
    })
}

/// The name of an instance, for what is more than printed.
pub fn instance_name(text: &str) -> Outcome<InstanceName> {
    InstanceName::parse(text)
        .map_err(|error| usage(error.to_string(), "`butterfly instance list` shows the instances"))
}

/// A filter as one instance is asked it; refused where it speaks of others.
pub fn for_one(filter: Filter, instance: &str) -> Outcome<Filter> {
    if includes_instance(&filter, instance) {
        return Ok(without_instances(&filter));
    }
    Err(usage(
        format!("the filter leaves nothing of {instance}: it speaks of other instances"),
        "leave out its @, or list with --all-instances",
    ))
}

async fn of_all(session: &Session, query: &PointerQuery) -> Outcome<Found> {
    let all = match session.home().has_vault() {
        true => session.open().await?.all_pointers(query).await?,
        false => crate::workspace::AllPointers {
            total: Some(0),
            ..crate::workspace::AllPointers::default()
        },
    };
    Ok(Found {
        rows: all.pointers,
        total: all.total,
        next: all.next,
        missing: all.missing,
        remark: None,
    })
}

impl Found {
    fn to_value(&self, columns: &[PointerColumn], is_all: bool) -> Value {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|(instance, pointer)| fields(instance, pointer, columns, is_all))
            .collect();
        let mut value = json!({
            "count": rows.len(),
            "total": self.total,
            "pointers": rows,
            "next": self.next,
        });
        if is_all {
            let missing: Vec<Value> = self
                .missing
                .iter()
                .map(|failure| failure.to_value()["error"].take())
                .collect();
            value["missing"] = json!(missing);
        }
        value
    }

    fn table(&self, columns: &[PointerColumn], is_all: bool) -> Table {
        let mut shown = match columns {
            [] => USUAL.to_vec(),
            chosen => chosen.to_vec(),
        };
        if is_all && columns.is_empty() {
            shown.insert(0, PointerColumn::Instance);
        }
        let headings = shown.iter().map(|column| column.title().to_uppercase());
        let mut table = Table::of(headings.collect());
        for (instance, pointer) in &self.rows {
            table.push(
                shown
                    .iter()
                    .map(|column| cell(*column, instance, pointer))
                    .collect(),
            );
        }
        table
    }

    fn remark(&self) -> String {
        let shown = words::count(self.rows.len() as u64);
        let of = self
            .total
            .map_or_else(String::new, |total| format!(" of {}", words::count(total)));
        let how = match &self.remark {
            None => String::new(),
            Some(ListRemark::DoneHere) => ", filtered and sorted here".to_owned(),
            Some(ListRemark::Among(rows)) => format!(
                ", filtered and sorted here among its first {} only: there may be more",
                words::count(*rows)
            ),
            Some(ListRemark::Unreadable { count, rows }) => {
                format!(", beside {} that cannot be read: {rows}", words::count(*count))
            }
        };
        match &self.next {
            Some(next) => format!("{shown}{of}{how}; go on with --after {next}"),
            None => format!("{shown}{of}{how}"),
        }
    }
}

/// A pointer for scripts: whole, or the fields of the chosen columns.
fn fields(instance: &InstanceName, pointer: &Pointer, columns: &[PointerColumn], is_all: bool) -> Value {
    let mut whole = serde_json::to_value(pointer).expect("a pointer has only string keys");
    let wants_instance = match columns {
        [] => is_all,
        chosen => chosen.contains(&PointerColumn::Instance),
    };
    if wants_instance {
        whole["instance"] = json!(instance);
    }
    if columns.is_empty() {
        return whole;
    }
    let chosen = columns.iter().map(|column| {
        let field = column.field();
        (field.to_owned(), whole.get(field).cloned().unwrap_or_default())
    });
    Value::Object(chosen.collect::<Map<_, _>>())
}

fn cell(column: PointerColumn, instance: &InstanceName, pointer: &Pointer) -> String {
    let text = match column {
        PointerColumn::Created => words::moment(pointer.created_at),
        PointerColumn::Modified => words::moment(pointer.last_modified),
        other => other.text(instance, pointer),
    };
    match (column, text.is_empty()) {
        (PointerColumn::LeadsTo | PointerColumn::Connection, true) => "-".to_owned(),
        _ => text,
    }
}

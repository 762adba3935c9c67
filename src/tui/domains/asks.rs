//! The forms and questions of the page: each names the instance, and what it is about.

use super::state::{Domains, Row};
use super::update::top;
use crate::command::Id;
use crate::model::{ConnectionStatus, DomainId};
use crate::tui::clock::count;
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Confirm, Form, Layer, Then};
use crate::tui::state::{Level, State};
use crate::tui::update::begin;
use crate::workspace::DomainChange;
use zeroize::Zeroizing;

/// Things that a question names; how many more there are is said.
const MOST_NAMED: usize = 4;

fn show(state: &mut State, form: Form) -> Vec<Effect> {
    state.layers.push(Layer::Form(Box::new(form)));
    Vec::new()
}

fn with(state: &mut State, form: impl FnOnce(&Domains) -> Option<Form>) -> Vec<Effect> {
    match top(state).and_then(|page| form(page)) {
        Some(form) => show(state, form),
        None => Vec::new(),
    }
}

/// A new domain.
pub fn new_domain(state: &mut State) -> Vec<Effect> {
    with(state, |page| Some(Form::new_domain(&page.instance)))
}

/// A new connection of the selected domain.
pub fn add_connection(state: &mut State) -> Vec<Effect> {
    with(state, |page| {
        Some(Form::new_connection(
            &page.instance,
            page.domain()?,
            &page.tree.held,
        ))
    })
}

/// The name of the selected domain, or that of a connection and what it is for.
pub fn edit(state: &mut State) -> Vec<Effect> {
    with(state, |page| match page.selected()? {
        Row::Connection(..) => Some(Form::edit_connection(&page.instance, page.connection()?)),
        Row::Domain(_) => Some(Form::rename_domain(&page.instance, page.domain()?)),
        Row::Key(..) | Row::Federation(..) => None,
    })
}

/// A new access key of the selected domain.
pub fn new_key(state: &mut State) -> Vec<Effect> {
    with(state, |page| {
        Some(Form::new_access_key(&page.instance, page.domain()?))
    })
}

/// A federation of the selected domain with another one.
pub fn federate(state: &mut State) -> Vec<Effect> {
    let Some(page) = top(state) else {
        return Vec::new();
    };
    let Some(domain) = page.domain() else {
        return Vec::new();
    };
    let others: Vec<(DomainId, String)> = page
        .tree
        .domains
        .iter()
        .filter(|other| other.id != domain.id)
        .map(|other| (other.id.clone(), other.name.clone()))
        .collect();
    if others.is_empty() {
        let text = format!("{} is the only domain here", domain.name);
        let remedy = format!("{} makes another one", state.key_for(Id::NewDomain));
        state.report(Level::Warn, text, remedy);
        return Vec::new();
    }
    let form = Form::federate_domains(&page.instance, domain, others);
    show(state, form)
}

/// The key of a request of another domain.
pub fn accept(state: &mut State) -> Vec<Effect> {
    with(state, |page| Some(Form::accept_federation(&page.instance)))
}

/// Opens the selected connection.
pub fn open_it(state: &mut State) -> Vec<Effect> {
    let Some(page) = top(state) else {
        return Vec::new();
    };
    let Some(connection) = page.connection() else {
        return Vec::new();
    };
    let change = DomainChange::SetStatus(connection.id.clone(), ConnectionStatus::Active);
    let work = Work::Domains(page.instance.clone(), Box::new(change));
    vec![begin(state, work)]
}

/// Asks before the selected connection is closed.
pub fn close(state: &mut State) -> Vec<Effect> {
    let Some(page) = top(state) else {
        return Vec::new();
    };
    let Some(connection) = page.connection() else {
        return Vec::new();
    };
    let through = match page.counts.get(&connection.id) {
        Some(Some(0)) => "No pointer is invoked through it.".to_owned(),
        Some(Some(1)) => "One pointer is invoked through it.".to_owned(),
        Some(Some(many)) => format!("{} pointers are invoked through it.", count(*many)),
        _ => "Pointers that are assigned to it can no longer be invoked.".to_owned(),
    };
    let question = Question {
        title: format!("Close {}?", connection.name),
        text: format!(
            "Calls through {} are refused from now on, until it is opened again. {through}",
            connection.name
        ),
        yes: "close it",
        change: DomainChange::SetStatus(connection.id.clone(), ConnectionStatus::Disabled),
    };
    ask(state, question)
}

/// Asks before what is selected is removed, revoked or ended.
pub fn delete(state: &mut State) -> Vec<Effect> {
    let Some(page) = top(state) else {
        return Vec::new();
    };
    match page.selected().and_then(|row| about_deleting(page, row)) {
        Some(question) => ask(state, question),
        None => Vec::new(),
    }
}

struct Question {
    title: String,
    text: String,
    yes: &'static str,
    change: DomainChange,
}

fn ask(state: &mut State, question: Question) -> Vec<Effect> {
    let Some(instance) = top(state).map(|page| page.instance.clone()) else {
        return Vec::new();
    };
    state.layers.push(Layer::Confirm(Box::new(Confirm {
        title: question.title,
        text: question.text,
        instance: Some(instance.to_string()),
        dependents: None,
        yes: question.yes,
        then: Then::Do(Work::Domains(instance, Box::new(question.change))),
    })));
    Vec::new()
}

fn about_deleting(page: &Domains, row: Row) -> Option<Question> {
    let domain = page.tree.domains.get(row.domain())?;
    Some(match row {
        Row::Domain(_) => {
            let owned = owned(page, row.domain(), &domain.id);
            let text = match owned.is_empty() {
                true => format!(
                    "{} owns nothing any more, as far as can be seen from here.",
                    domain.name
                ),
                false => format!(
                    "{} still owns {}. {} refuses to remove it until that is gone.",
                    domain.name,
                    listed(&owned),
                    page.instance
                ),
            };
            Question {
                title: format!("Remove the domain {}?", domain.name),
                text,
                yes: "remove it",
                change: DomainChange::RemoveDomain(domain.id.clone()),
            }
        }
        Row::Connection(_, place) => {
            let connection = page.tree.connections.get(place)?;
            let needed = match page.counts.get(&connection.id) {
                Some(Some(0)) => "No pointer is assigned to it.".to_owned(),
                Some(Some(1)) => format!(
                    "One pointer is assigned to it: {} refuses until it is elsewhere.",
                    page.instance
                ),
                Some(Some(many)) => format!(
                    "{} pointers are assigned to it: {} refuses until they are elsewhere.",
                    count(*many),
                    page.instance
                ),
                _ => format!("{} refuses while something needs it.", page.instance),
            };
            Question {
                title: format!("Remove the connection {}?", connection.name),
                text: format!("It is removed from the domain {}. {needed}", domain.name),
                yes: "remove it",
                change: DomainChange::RemoveConnection(connection.id.clone()),
            }
        }
        Row::Key(_, place) => {
            let key = page.key(row.domain(), place)?;
            Question {
                title: format!("Revoke {}?", key.id),
                text: format!(
                    "Whoever calls with this key of {} is refused at once and for good. It cannot be undone; another key can be made.",
                    domain.name
                ),
                yes: "revoke it",
                change: DomainChange::RevokeKey(Zeroizing::new(key.id.clone())),
            }
        }
        Row::Federation(_, place) => {
            let federation = page.tree.federations.get(place)?;
            let (from, to) = (
                page.name_of(&federation.source_domain_id),
                page.name_of(&federation.target_domain_id),
            );
            Question {
                title: format!("End the federation of {from} and {to}?"),
                text: format!("The people of {from} can no longer work in {to}. It can be asked for again."),
                yes: "end it",
                change: DomainChange::EndFederation(federation.id.clone()),
            }
        }
    })
}

/// What a domain still owns, by name.
fn owned(page: &Domains, place: usize, domain: &DomainId) -> Vec<String> {
    let connections = page
        .connections_at(place)
        .map(|connection| format!("the connection {}", connection.name));
    let keys = page.keys_of(domain).iter().map(|key| key.id.clone());
    let federations = page
        .federations_of(domain)
        .filter(|one| one.status != crate::model::FederationStatus::Revoked)
        .map(|one| {
            let other = if one.source_domain_id == *domain {
                &one.target_domain_id
            } else {
                &one.source_domain_id
            };
            format!("the federation with {}", page.name_of(other))
        });
    connections.chain(keys).chain(federations).collect()
}

fn listed(names: &[String]) -> String {
    let mut shown: Vec<String> = names.iter().take(MOST_NAMED).cloned().collect();
    if names.len() > MOST_NAMED {
        shown.push(format!("{} more", names.len() - MOST_NAMED));
    }
    let last = shown.pop().unwrap_or_default();
    match shown.is_empty() {
        true => last,
        false => format!("{} and {last}", shown.join(", ")),
    }
}

//! What happens to the page when something happens.

use super::errand::{Changed, Errand, News};
use super::state::{Domains, Row};
use super::view;
use crate::command::Id;
use crate::model::InstanceName;
use crate::protocol::Code;
use crate::tui::effect::Effect;
use crate::tui::layers::{Layer, Notice};
use crate::tui::message::Message;
use crate::tui::state::{Level, Load, State};
use crate::tui::theme::Role;
use crate::tui::update::show_pointers_of;
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::Failure;
use std::time::Duration;

/// How often the page is asked for again while it is open.
const AGAIN: Duration = Duration::from_secs(5);
/// The same while nobody is there: instances put on record that they are asked.
const SELDOM: Duration = Duration::from_secs(60);

/// Opens the page of an instance.
pub fn open(state: &mut State, instance: InstanceName) -> Vec<Effect> {
    state.layers.retain(|layer| !matches!(layer, Layer::Domains(_)));
    // What is done on the page is done to what the top line names.
    if let Some(place) = state.instances.index(instance.as_str()) {
        state.instances.select(place);
    }
    let page = Domains::new(instance.clone());
    state.layers.push(Layer::Domains(Box::new(page)));
    vec![Effect::Domains(Errand::Tree(instance))]
}

pub(super) fn top(state: &mut State) -> Option<&mut Domains> {
    match state.layers.last_mut() {
        Some(Layer::Domains(page)) => Some(page),
        _ => None,
    }
}

/// Everything on the page on top, again.
pub fn refresh(state: &mut State) -> Vec<Effect> {
    match top(state) {
        Some(page) => vec![Effect::Domains(page.everything())],
        None => Vec::new(),
    }
}

/// It is time to ask again, if the page is still open and was not asked for since: others change domains too.
pub fn look_again(state: &mut State, instance: &InstanceName, turn: u64) -> Vec<Effect> {
    match page_of(state, instance) {
        Some(page) if page.turn == turn => vec![Effect::Domains(page.glance())],
        _ => Vec::new(),
    }
}

/// Something was done, or somebody is there again: the page that is open may show other things now.
pub fn hurry(state: &mut State) -> Option<Effect> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Domains(page) => Some(Effect::Domains(page.glance())),
        _ => None,
    })
}

fn page_of<'a>(state: &'a mut State, instance: &InstanceName) -> Option<&'a mut Domains> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Domains(page) if page.instance == *instance => Some(&mut **page),
        _ => None,
    })
}

/// Takes what came.
pub fn on_news(state: &mut State, news: News) -> Vec<Effect> {
    let of = match &news {
        News::Tree(instance, _) | News::Keys(instance, ..) | News::Counted(instance, ..) => instance,
    };
    let wait = if state.idle.is_away { SELDOM } else { AGAIN };
    let Some(page) = page_of(state, of) else {
        return Vec::new();
    };
    match news {
        News::Tree(instance, outcome) => {
            match outcome {
                Ok(tree) => page.take(tree),
                Err(failure) => page.load = Load::Failed(failure),
            }
            page.turn += 1;
            return vec![Effect::After(wait, Message::DomainsDue(instance, page.turn))];
        }
        News::Keys(_, _, Ok(keys)) => page.take_keys(keys),
        News::Keys(_, of, Err(failure)) => {
            page.miss_keys(of, &failure);
            state.report_failure(&failure);
        }
        News::Counted(_, of, counts) => page.take_counts(of, counts),
    }
    Vec::new()
}

/// Moves the selection.
pub fn step(page: &mut Domains, rows: i64) {
    page.cursor.step(rows, page.rows.len());
}

/// Selects the row that was clicked.
pub fn click(state: &mut State, x: u16, y: u16) {
    let area = view::rows_area(state.layout().body);
    let Some(page) = top(state).filter(|_| area.contains((x, y).into())) else {
        return;
    };
    page.cursor.click(usize::from(y - area.y), page.rows.len());
}

/// Keeps the selection in view, and asks for what is in view and not there yet.
pub fn settle(state: &mut State) -> Vec<Effect> {
    let height = usize::from(view::rows_area(state.layout().body).height);
    let Some(page) = top(state) else {
        return Vec::new();
    };
    page.settle(height).into_iter().map(Effect::Domains).collect()
}

/// Folds a domain, or shows what it owns; goes to the pointers of a connection.
pub fn fold_or_go(state: &mut State) -> Vec<Effect> {
    let Some(page) = top(state) else {
        return Vec::new();
    };
    match page.selected() {
        Some(Row::Connection(..)) => pointers(state, None),
        Some(row) => {
            page.fold(row.domain());
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Shows the pointers of the connection that is named or selected, or those of the selected domain.
pub fn pointers(state: &mut State, argument: Option<&str>) -> Vec<Effect> {
    let Some(page) = top(state) else {
        return Vec::new();
    };
    let instance = page.instance.clone();
    let named = argument.map(ToOwned::to_owned);
    let chosen = named.or_else(|| page.connection().map(|connection| connection.id.to_string()));
    if let Some(id) = chosen {
        return show_pointers_of(state, &instance, Some(&format!("conn:{id}")));
    }
    let (Some(domain), Some(row)) = (page.domain(), page.selected()) else {
        return Vec::new();
    };
    if page.connections_at(row.domain()).next().is_some() {
        let filter = format!("domain:{}", domain.id);
        return show_pointers_of(state, &instance, Some(&filter));
    }
    let name = domain.name.clone();
    let key = state.key_for(Id::NewConnection);
    state.report(
        Level::Info,
        format!("{name} has no connection, and so no pointers"),
        format!("{key} makes one"),
    );
    Vec::new()
}

/// A refusal names what is in the way by ids: what of it is known here is named as people know it.
pub fn with_names(state: &State, mut failure: Failure) -> Failure {
    let open = state.layers.iter().find_map(|layer| match layer {
        Layer::Domains(page) => Some(page),
        _ => None,
    });
    let Some(page) = open.filter(|_| failure.code == Code::InUse) else {
        return failure;
    };
    let domains = page.tree.domains.iter();
    let connections = page.tree.connections.iter();
    let names = domains
        .map(|domain| (domain.id.as_str(), &domain.name))
        .chain(connections.map(|connection| (connection.id.as_str(), &connection.name)));
    for (id, name) in names {
        if failure.message.contains(id) {
            failure.message = failure.message.replace(id, &format!("{name} ({id})"));
        }
    }
    failure
}

/// Something was changed: said, its secret shown where one came of it, and looked at again.
pub fn on_changed(state: &mut State, instance: InstanceName, changed: Changed) -> Vec<Effect> {
    state.report(Level::Good, format!("{instance}: {}", changed.words), "");
    if let Some((told, secret)) = changed.secret {
        let lines = wrap(told, 62)
            .into_iter()
            .map(|line| Line::of(line, Role::Base))
            .collect();
        state.layers.push(Layer::Notice(Box::new(Notice {
            secret: Some(secret),
            ..Notice::new(format!("On {instance}, {}", changed.words), Level::Warn, lines)
        })));
    }
    match page_of(state, &instance) {
        Some(page) => vec![Effect::Domains(page.everything())],
        None => Vec::new(),
    }
}

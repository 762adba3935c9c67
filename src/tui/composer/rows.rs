//! What can be chosen in a window over the composer: templates, what was sent, and as whom and which way.

use super::state::{Asked, Composer};
use super::window::{Kind, Window};
use crate::model::{AppId, Holder, Side};
use crate::tui::state::State;
use crate::tui::widgets::text::in_one_line;
use crate::workspace::{CredentialRow, SentQuery, Way, laid_out, skeleton};

/// What taking a row does.
#[derive(Debug, Clone, PartialEq)]
pub enum Take {
    /// Puts this text into the editor.
    Text(String),
    /// Calls under this name, straight.
    Identity(Option<AppId>),
    /// Goes this way.
    Way(Box<Way>),
}

/// A row of a choice.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is.
    pub label: String,
    /// More of it.
    pub detail: String,
    /// A word in front: where it comes from.
    pub mark: &'static str,
    /// What taking it does.
    pub take: Take,
}

/// The rows of a choice that what was typed finds.
pub fn rows(state: &State, composer: &Composer, window: &Window) -> Vec<Row> {
    let all = match window.kind {
        Kind::Templates => templates(state, composer),
        Kind::History => history(state, composer),
        Kind::Ways => ways(state, composer),
        Kind::Name | Kind::Blank => Vec::new(),
    };
    let words = window.input.value().to_lowercase();
    let mut found: Vec<(usize, Row)> = all
        .into_iter()
        .filter_map(|row| Some((fit(&words, &format!("{} {}", row.label, row.detail))?, row)))
        .collect();
    found.sort_by_key(|(fit, _)| *fit);
    found.into_iter().map(|(_, row)| row).collect()
}

/// How well a text fits words: each is in it, or else all their letters are, in order.
fn fit(words: &str, text: &str) -> Option<usize> {
    let text = text.to_lowercase();
    if words.split_whitespace().all(|word| text.contains(word)) {
        return Some(0);
    }
    let mut letters = text.chars();
    words
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .all(|letter| letters.any(|other| other == letter))
        .then_some(1)
}

fn templates(state: &State, composer: &Composer) -> Vec<Row> {
    let kept = state.composer.templates().iter().map(|template| Row {
        label: template.name.clone(),
        detail: match &template.about {
            Some(about) => in_one_line(about),
            None => in_one_line(&template.text),
        },
        mark: match template.file {
            Some(_) => "file",
            None => "kept",
        },
        take: Take::Text(template.text.clone()),
    });
    let knowledge = state.composer.of(&composer.instance, composer.identity.as_ref());
    let actions = knowledge
        .filter(|_| composer.knows)
        .map(|knowledge| &knowledge.actions.list);
    let skeletons = actions.into_iter().flatten().map(|action| Row {
        label: action.name.clone(),
        detail: action.help.clone(),
        mark: "action",
        take: Take::Text(skeleton(action)),
    });
    kept.chain(skeletons).collect()
}

/// What was being written for the instance and not sent, and then what was sent anywhere.
fn history(state: &State, composer: &Composer) -> Vec<Row> {
    let drafts = state.composer.drafts.get(&composer.instance);
    let others = drafts
        .into_iter()
        .flatten()
        .filter(|text| *text != composer.editor.text());
    let unsent = others.map(|text| Row {
        label: in_one_line(text),
        detail: composer.instance.to_string(),
        mark: "unsent",
        take: Take::Text(text.clone()),
    });
    let row = |sent: &SentQuery| {
        let value: serde_json::Value = serde_json::from_str(&sent.query).unwrap_or_default();
        Row {
            label: in_one_line(&laid_out(&value)),
            detail: format!(
                "{} · {} · {}",
                sent.instance,
                sent.status,
                state.clock.time(sent.at)
            ),
            mark: "",
            take: Take::Text(laid_out(&value)),
        }
    };
    unsent.chain(state.composer.history.iter().map(row)).collect()
}

/// The credentials that this home holds for the instance, and then the ways that are not straight.
fn ways(state: &State, composer: &Composer) -> Vec<Row> {
    let mut rows = Vec::new();
    let usual = state.instances.get(composer.instance.as_str());
    if let Some(instance) = usual {
        rows.push(Row {
            label: format!("as {}, direct", instance.row.app_id),
            detail: format!("{} · the usual credential", instance.row.profile),
            mark: "direct",
            take: Take::Identity(None),
        });
    }
    let others = state
        .credentials
        .rows()
        .iter()
        .filter(|row| is_identity(row, composer));
    for row in others.filter(|row| usual.is_none_or(|usual| usual.row.app_id != row.app_id)) {
        rows.push(Row {
            label: format!("as {}, direct", row.app_id),
            detail: format!("{} · {} · {}", row.profile, row.state, row.name),
            mark: "direct",
            take: Take::Identity(Some(row.app_id.clone())),
        });
    }
    let found = match &composer.ways {
        Asked::Here(ways) => ways.as_slice(),
        _ => &[],
    };
    let own = Some(&composer.way).filter(|way| matches!(way, Way::Pointer { .. }) && !found.contains(way));
    rows.extend(own.into_iter().chain(found).map(|way| Row {
        label: way_label(way, composer.instance.as_str()),
        detail: way_detail(way),
        mark: way_mark(way),
        take: Take::Way(Box::new(way.clone())),
    }));
    rows
}

fn is_identity(row: &CredentialRow, composer: &Composer) -> bool {
    row.side == Side::Held
        && row.holder == Some(Holder::Console)
        && row.instance == composer.instance.as_str()
}

fn way_mark(way: &Way) -> &'static str {
    match way {
        Way::Direct => "direct",
        Way::Relay { .. } => "relay",
        Way::Pointer { route, .. } => route.as_str(),
    }
}

/// A way in a few words.
pub fn way_label(way: &Way, instance: &str) -> String {
    match way {
        Way::Direct => format!("direct to {instance}"),
        Way::Relay { through, .. } => format!("through {through} by relay"),
        Way::Pointer {
            through,
            pointer,
            route,
        } => {
            format!("through {through} by {route}, along {}", pointer.address)
        }
    }
}

fn way_detail(way: &Way) -> String {
    match way {
        Way::Direct => String::new(),
        Way::Relay {
            connection_name,
            held,
            ..
        } => format!("connection {connection_name}, with {held}"),
        Way::Pointer { pointer, .. } => pointer.description.clone(),
    }
}

//! A grant in plain words.

use crate::model::Grant;

/// What a grant allows, in plain words, a line each.
pub fn describe_grant(grant: &Grant) -> String {
    if grant.owner {
        return "  everything: it is the instance's owner".to_owned();
    }
    let list = |items: Vec<String>| items.join(", ");
    let scope = &grant.pointers;
    let mut pointers = Vec::new();
    if scope.all {
        pointers.push("every pointer".to_owned());
    }
    if !scope.tags.is_empty() {
        pointers.push(format!(
            "those tagged {}",
            list(scope.tags.iter().cloned().collect())
        ));
    }
    if !scope.addresses.is_empty() {
        pointers.push(list(scope.addresses.iter().map(ToString::to_string).collect()));
    }
    if !scope.connections.is_empty() {
        let connections = list(scope.connections.iter().map(ToString::to_string).collect());
        pointers.push(format!("those assigned to {connections}"));
    }
    if let Some(domain) = &grant.domain {
        let permissions = list(domain.permissions.iter().map(ToString::to_string).collect());
        pointers.push(format!("those of {}, with {permissions}", domain.domain_id));
    }
    let sources = grant.sources.as_ref().map_or_else(
        || "any address".to_owned(),
        |sources| list(sources.iter().map(ToString::to_string).collect()),
    );
    let mut lines = vec![
        ("actions", list(grant.actions.iter().cloned().collect())),
        ("pointers", pointers.join("; ")),
        (
            "changes",
            if grant.writes { "allowed" } else { "refused" }.to_owned(),
        ),
        (
            "rate",
            grant.rate_per_minute.map_or_else(
                || "as the instance allows".to_owned(),
                |rate| format!("{rate} calls a minute"),
            ),
        ),
        (
            "hops",
            match grant.hops {
                0 => "none: calls end at this instance".to_owned(),
                hops => format!("{hops} further"),
            },
        ),
        ("from", sources),
    ];
    if grant.strict_replay {
        lines.push(("replays", "refused: each call is taken once".to_owned()));
    }
    lines
        .into_iter()
        .map(|(name, value)| {
            let value = if value.is_empty() {
                "none".to_owned()
            } else {
                value
            };
            format!("  {name:<8}  {value}")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

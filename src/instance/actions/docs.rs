//! The page about actions, made from their table. A test compares the committed `ACTIONS.md` with what is made, so that
//! page, `get_capabilities` and what happens cannot differ.

use super::{Access, Action, Code, Parameter, table};
use crate::protocol::Query;
use serde_json::json;
use std::fmt::Write;

/// Shapes that results name instead of spelling them out.
pub const SHAPES: [(&str, &str); 6] = [
    (
        "pointer",
        "{address, description, data_reference, tags, connection_id, x, y, z, created_at, last_modified, credential_pointer_address?, federated?: {route, connection_id, endpoint, profile, kid, query}}",
    ),
    (
        "connection",
        "{id, domain_id, name, description, status: active|disabled, held_credential?, created_at}",
    ),
    (
        "credential",
        "{name, app_id, profile, kid, state, verified, grant, expires_at, created_at, last_used, uses, holder, delivery, offer, generation, rotation_due, overlap_until, alarm, verify_first, ended_at}",
    ),
    (
        "grant",
        "{owner, actions, pointers: {all, addresses, tags, connections}, writes, rate_per_minute, hops, sources, strict_replay?, domain?: {domain_id, permissions}}",
    ),
    (
        "held",
        "{name, app_id, profile, kid, endpoint, instance_id, pins, peer_name, identity, words, grant, state, verified, verify_first, delivery, holder, offer, offer_ends, generation, rotation_due, overlap_until, alarm, ended_at, activation_pending, expires_at, created_at, last_used, uses, peer: {state: closed|open|half_open, failures, cause, retry_at, in_flight}}",
    ),
    (
        "offer",
        "{id, label, credentials, words, state, created_at, expires_at, delivery, verified, verify_first, alarm, code_ends, code_claimed}",
    ),
];

/// Codes that any action may fail with.
const ANYWHERE: [Code; 12] = [
    Code::UnknownAction,
    Code::MalformedQuery,
    Code::NotGranted,
    Code::OwnerOnly,
    Code::ReadOnly,
    Code::NotVerified,
    Code::CredentialFrozen,
    Code::MissingParameter,
    Code::InvalidParameter,
    Code::DeadlineExceeded,
    Code::StorageFailed,
    Code::RateLimited,
];

/// The page with all actions, in Markdown.
pub fn markdown() -> String {
    let mut text = String::from(
        "# Actions of an instance\n\n\
         Made by `butterfly docs --actions` from the table of actions; `get_capabilities` tells the same.\n\n\
         A query is `{\"action\": NAME, …parameters}`, its reply `{\"status\": \"success\", \"result\": …}` or\n\
         `{\"status\": \"error\", \"code\", \"message\", …}`. Parameters marked * are needed; a result's member marked ? may be missing.\n\
         Lists of pointers without `limit` give every match, as in the original system; with it they come in pages of 1000 at\n\
         most, `next` being the `after` of the page that follows. Whoever sees only some pointers gets pages that may be short or\n\
         empty although more follow, and a sealed `next`, good for the same credential, action and order only.\n\n",
    );
    let anywhere: Vec<String> = ANYWHERE.iter().map(|code| format!("`{code}`")).collect();
    let _ = write!(
        text,
        "**Who may call it.** *anyone*: whoever is authenticated. *granted*: whoever's grant names the action, on the pointers\n\
         that the grant covers. *domain's owner*: granted, and only the app_id that owns the domain concerned, access keys with\n\
         `admin_domain` in it, and the instance's owner. *owner*: the instance's owner only. ✎ changes something: the grant must\n\
         allow writes, and a read-only instance refuses. ⚠ takes something away for good or shuts somebody out as well: the\n\
         console asks before it sends one.\n\n\
         **Access keys** open one domain. The column *key* says which permission they need; each includes those before it:\n\
         `read_pointers` (see and invoke the pointers of its connections), `read_write` (and change, make and assign them),\n\
         `admin_domain` (and administer connections, keys and federations). A *federation* lets the people of one domain do in\n\
         another what it says, `read_pointers` or `read_write`, one way, and no more than they may do at home.\n\n\
         **Everywhere.** `\"trace\": true` has the phases of the call told beside the reply, hop inside hop. With an\n\
         `idempotency_key` (1 to 128 visible ASCII characters) a call is done once: within a day the same query under the same\n\
         key is answered with the first reply and `\"repeated\": true`; `outcome_unknown` says that nobody knows how the first one\n\
         ended, `already_exists` that the key belongs to another query. Keys are a credential's own. Plain reading heeds none; of a\n\
         reply of more than 64 KiB only its end is kept (`\"result_omitted\": true`), and so it is of all once 16 MiB of a\n\
         credential's are kept. A credential has 10,000 keys a day; the next one is refused (`rate_limited`). Of a relay that failed,\n\
         `sent` says whether anything left this instance; of a change whose deadline passed before it was begun it is `false`.\n\
         Where nothing was done, or the peer refused the call before it did anything (`rate_limited`, `overloaded`,\n\
         `peer_refused`), the same key may be tried again; where something was sent and no reply came (`\"sent\": true`), a\n\
         repetition hears `outcome_unknown`.\n\n\
         **Two who change the same thing.** `update_pointer` with `if_unchanged_since` (the `last_modified` that the caller saw)\n\
         and `update_connection`, `update_domain` and `change_credential` with `if_still` (members as the caller saw them, such\n\
         as `{{\"name\": \"gate\"}}`) write nothing where that is not so any more, and fail with `changed_meanwhile`; of a pointer\n\
         the problem says `changed_at`, and to the owner `changed_by`, where the audit trail has it. No two changes of a pointer\n\
         have the same `last_modified`, whatever the clock does. Who may change a pointer is decided by what it is when it is\n\
         written: one that others changed a moment ago is looked at anew, and where they go on and on the call fails with\n\
         `changed_meanwhile` as well.\n\n\
         **Codes.** Any action may fail with {}; those of its own are in the table.\n\n\
         **Shapes.** Said once, and named in the results:\n\n",
        anywhere.join(", ")
    );
    for (name, shape) in SHAPES {
        let _ = writeln!(text, "- *{name}*: `{shape}`");
    }
    text.push_str(
        "\n| action | what it does | parameters | result | who | key | codes |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for action in table::ALL {
        row(&mut text, action);
    }
    text
}

fn row(text: &mut String, action: &Action) {
    let parameters: Vec<String> = action.parameters.iter().map(parameter).collect();
    let codes: Vec<String> = action.errors.iter().map(|code| format!("`{code}`")).collect();
    let mark = match (destroys(action), action.writes) {
        (true, _) => "⚠ ✎ ",
        (false, true) => "✎ ",
        (false, false) => "",
    };
    let _ = writeln!(
        text,
        "| `{}` | {mark}{} | {} | {} | {} | {} | {} |",
        action.name,
        cell(action.help),
        parameters.join("<br>"),
        result(action),
        who(action),
        key(action),
        codes.join(" "),
    );
}

/// Whether it destroys unless a parameter says otherwise.
fn destroys(action: &Action) -> bool {
    (action.destroys)(&Query::new(action.name, json!({})))
}

fn parameter(parameter: &Parameter) -> String {
    let needed = if parameter.required { "*" } else { "" };
    format!(
        "`{}`{needed} ({}): {}",
        parameter.name,
        parameter.kind.words(),
        cell(parameter.help)
    )
}

fn who(action: &Action) -> &'static str {
    match action.access {
        Access::Anyone => "anyone",
        Access::Owner => "owner",
        Access::Granted if action.is_for_domain_owners() => "domain's owner",
        Access::Granted => "granted",
    }
}

/// Which permission an access key needs.
fn key(action: &Action) -> &'static str {
    match (action.access, action.within) {
        (Access::Anyone, _) => "any",
        (_, Some(role)) => role.permission().as_str(),
        (_, None) => "no",
    }
}

/// A shape as code; what is said in words stays so.
fn result(action: &Action) -> String {
    let text = cell(action.result);
    match text.ends_with('}') && text.starts_with('{') && !text.contains("} ") {
        true => format!("`{text}`"),
        false => text,
    }
}

/// A text as it may stand in a cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_page_is_the_one_that_is_made() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/instance/actions/ACTIONS.md");
        if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
            std::fs::write(path, markdown()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap();
        assert!(
            committed == markdown(),
            "write it anew: butterfly docs --actions > src/instance/actions/ACTIONS.md"
        );
    }

    #[test]
    fn every_action_has_a_row_that_says_who_may_call_it_and_what_it_gives() {
        let page = markdown();
        for action in table::ALL {
            let row = page
                .lines()
                .find(|line| line.starts_with(&format!("| `{}` |", action.name)));
            let row = row.unwrap_or_else(|| panic!("{} has no row", action.name));
            assert_eq!(row.replace("\\|", "").matches('|').count(), 8, "{row}");
            assert!(!action.result.is_empty(), "{}", action.name);
        }
    }
}

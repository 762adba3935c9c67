//! Made-up answers for the composer's tests.

use super::arrived::Arrived;
use super::errand::{Errand, Heard};
use crate::model::Grant;
use crate::protocol::Actions;
use crate::tui::fake::common::{failure, now};
use crate::tui::fake::pointers::{address, detail_of};
use crate::tui::outcome::Outcome;
use crate::workspace::{
    BodyLayer, Claim, DryRun, Knowledge, Leg, QueryLayer, ReplyPath, SentQuery, Template, Templates,
    WireLayer,
};
use serde_json::{Value, json};

/// What an instance tells.
pub fn knowledge() -> Knowledge {
    let pointer = json!({"name": "pointer_address", "kind": "pointer_address", "required": true, "help": "the pointer's address"});
    let action = |name: &str, help: &str, access: &str, writes: bool, parameters: Vec<Value>| json!({"name": name, "help": help, "access": access, "writes": writes, "parameters": parameters});
    let optional = |name: &str, kind: &str, help: &str| json!({"name": name, "kind": kind, "required": false, "help": help});
    let told = json!({"actions": [
        action("add_neighbor", "Relates two pointers, both ways.", "granted", true, vec![
            optional("weight", "number", "how strong it is"),
            pointer.clone(),
            json!({"name": "neighbor_address", "kind": "pointer_address", "required": true, "help": "the other pointer's address"}),
        ]),
        action("delete_pointer", "Deletes a pointer.", "granted", true, vec![pointer.clone()]),
        action("get_graph_stats", "Counts pointers and relationships.", "granted", false, vec![]),
        action("get_pointer", "Shows a pointer with its neighbours.", "granted", false, vec![pointer.clone(),
            optional("limit", "count", "how many neighbours at most")]),
        action("get_pointer_summary", "Shows a pointer without its data_reference.", "granted", false, vec![pointer]),
        action("list_credentials", "Lists the credentials that this instance issued.", "owner", false, vec![]),
        action("relay", "Asks the instance behind a federated connection.", "granted", true, vec![
            json!({"name": "connection_id", "kind": "connection_id", "required": true, "help": "the connection's id"}),
            json!({"name": "query", "kind": "json", "required": true, "help": "what the other instance is asked"}),
        ]),
        action("search_pointers", "Finds pointers; without a limit, all that match.", "granted", false, vec![
            optional("search_term", "text", "what the description must contain"),
            json!({"name": "search_tags", "kind": "texts", "required": false, "help": "tags that it must bear", "names": "tag"}),
            json!({"name": "tag_match_mode", "kind": "text", "required": false, "help": "how tags are matched", "choices": ["ALL", "ANY"]}),
            optional("federated", "flag", "true for those that lead to another instance only"),
            optional("limit", "count", "how many at most in this page, up to 1000"),
        ]),
        action("whoami", "Tells who the caller is on this instance.", "anyone", false, vec![]),
    ]});
    let text = |items: &[&str]| items.iter().map(ToString::to_string).collect();
    Knowledge {
        actions: Actions::told(&told).unwrap(),
        grant: Some(Grant::owner()),
        connections: vec![("conn_0123456789ab".into(), "to beta".into())],
        domains: vec![("dom_0123456789ab".into(), "federation".into())],
        credentials: text(&["alpha-federation"]),
        held: text(&["beta/alpha-federation"]),
        tags: text(&["air", "dataset"]),
    }
}

/// What would be sent, as if sealed.
pub fn dry_run() -> DryRun {
    let claim = |name: &str, value: Value, meaning: &str| Claim {
        name: name.into(),
        value,
        meaning: meaning.into(),
    };
    DryRun {
        summary: "as owner · native · direct to http://127.0.0.1:5001/invoke".into(),
        legs: vec![Leg {
            title: "the query".into(),
            instance: "alpha".into(),
            identity: Some(("owner".into(), "alpha/owner".into())),
            query: Some(QueryLayer {
                text: r#"{"action":"get_graph_stats","trace":true}"#.into(),
                bytes: 41,
            }),
            wire: Some(WireLayer {
                profile: crate::model::Profile::Native,
                body: BodyLayer {
                    text: format!("eyJhbGciOiJkaXIi..{}", "Q0FGRQ".repeat(20)),
                    bytes: 244,
                    header: Some(
                        json!({"alg": "dir", "enc": "A256GCM", "kid": "kid_0123456789abcdef", "typ": "bfly-query+jwe"}),
                    ),
                    parts: vec![
                        ("protected header".into(), 87),
                        ("nonce".into(), 12),
                        ("ciphertext".into(), 41),
                        ("tag".into(), 16),
                    ],
                    travels_as_it_is: false,
                },
                token_header: json!({"alg": "HS256", "kid": "kid_0123456789abcdef", "typ": "bfly-inv+jwt"}),
                claims: vec![
                    claim("app_id", json!("owner"), "who calls"),
                    claim(
                        "aud",
                        json!("inst_0123456789ab"),
                        "the instance that it is for; any other refuses it",
                    ),
                    claim(
                        "exp",
                        json!(1_795_449_791),
                        "of use for 60 s: until 2026-11-23T16:03:11+00:00",
                    ),
                    claim(
                        "jti",
                        json!("AAAAAAAAAAAAAAAAAAAAAA"),
                        "one-time number: a second use is refused, and the reply must name it",
                    ),
                    claim("hop", json!(8), "hops that the call may still take"),
                    claim("path", json!([]), "instances that the call passed through so far"),
                ],
                token_bytes: 611,
                request_line: "POST /invoke HTTP/1.1".into(),
                headers: vec![
                    ("authorization".into(), "Bearer (masked, 611 bytes)".into()),
                    ("content-type".into(), "application/jose".into()),
                    ("host".into(), "127.0.0.1:5001".into()),
                    ("content-length".into(), "244".into()),
                ],
                bytes: 1_043,
            }),
        }],
        then: Vec::new(),
        circuit: None,
        asked: Vec::new(),
    }
}

/// A reply.
pub fn arrived() -> Arrived {
    Arrived {
        log_id: Some(4),
        unlogged: None,
        status: "success".into(),
        elapsed_us: 1_840,
        bytes: 68,
        value: json!({"status": "success", "result": {"total_pointers": 1_000_000, "total_relationships": 12}}),
        is_cut: false,
    }
}

/// Queries that have a name: one kept, one in a file.
pub fn templates() -> Templates {
    let text = "{\n  \"action\": \"search_pointers\",\n  \"search_term\": \"harbour\"\n}";
    let kept = Template::to_keep(
        "stations of the harbour",
        text.into(),
        Some("alpha".into()),
        now(),
    );
    let in_file = Template {
        about: Some("How much there is of everything".into()),
        file: Some("queries/coast.toml".into()),
        ..Template::to_keep(
            "coast/figures",
            "{\n  \"action\": \"get_graph_stats\"\n}".into(),
            Some("beta".into()),
            now(),
        )
    };
    Templates {
        list: vec![kept, in_file],
        problems: Vec::new(),
    }
}

/// Answers at once what an instance and the vault would; what is sent or looked at waits for the test.
pub fn answer(errand: Errand) -> Option<Outcome<Heard>> {
    Some(Ok(match errand {
        Errand::Learn(instance, identity) => Heard::Learned(instance, identity, Box::new(knowledge())),
        Errand::Search(_, word) => {
            let found = (1..=3).map(|number| {
                (
                    address(number).to_string(),
                    format!("Fine dust, hourly means of station {number}"),
                )
            });
            Heard::Found(word, found.collect())
        }
        Errand::LookInto(reply, instance) => {
            let path = |path: &str, shown: &str| ReplyPath {
                path: path.into(),
                shown: shown.into(),
            };
            let paths = vec![
                path(".status", "success"),
                path(".result", "{…} with 1 member"),
                path(".result.total_pointers", "1000000"),
            ];
            Heard::LookedInto(reply, instance, Ok(paths))
        }
        Errand::Exists(_, address) => {
            let is_there = address.as_str() != "ptr_ffffffffffff";
            Heard::Exists(address, is_there)
        }
        Errand::Ways(instance) => Heard::Ways(instance, Vec::new()),
        Errand::Follow(call, address) => Heard::Followed(call, Box::new(detail_of(&address))),
        Errand::Templates => Heard::Templates(templates()),
        Errand::Fetch(wanted, instance) => {
            let found = templates()
                .list
                .into_iter()
                .find(|template| template.name == wanted);
            match found {
                Some(template) => Heard::Fetched(Box::new(template), instance),
                None => return Some(Err(failure())),
            }
        }
        Errand::Kept | Errand::Keep(_) | Errand::Forget(_) => Heard::Kept(
            templates(),
            vec![
                SentQuery {
                    log_id: 3,
                    at: now(),
                    instance: "alpha".into(),
                    status: "success".into(),
                    query: r#"{"action":"get_graph_stats"}"#.into(),
                },
                SentQuery {
                    log_id: 2,
                    at: now(),
                    instance: "beta".into(),
                    status: "error".into(),
                    query: r#"{"action":"get_pointer","pointer_address":"ptr_000000000007"}"#.into(),
                },
            ],
        ),
        Errand::DryRun(_) | Errand::Send(_) => return None,
    }))
}

//! The actions of the original Python instances, which tell nobody what they take: names and shapes from the
//! descriptions of that system.

use super::actions::{Access, ActionInfo, Actions, Origin, ParameterInfo, ValueKind};
use ValueKind::{ConnectionId, DomainId, Json, Number, PointerAddress, Text, Texts};

/// A parameter: its name, with `?` where it may be left out; its kind; what it is for.
type Row = (&'static str, ValueKind, &'static str);

/// An action: its name, whether it changes something, what it does, what it takes.
type Line = (&'static str, bool, &'static str, &'static [Row]);

const POINTER: Row = ("pointer_address", PointerAddress, "the pointer's address");
const CONNECTION: Row = ("connection_id", ConnectionId, "the connection's id");
const DESCRIPTION: Row = ("description?", Text, "what it is, in words");
const TAGS: Row = ("tags?", Texts, "labels");

/// In alphabetical order.
const LINES: &[Line] = &[
    (
        "accept_federation",
        true,
        "Accepts a request to federate two domains of the instance.",
        &[("request_key", Text, "what initiate_federation gave")],
    ),
    (
        "add_neighbor",
        true,
        "Relates two pointers, both ways.",
        &[
            POINTER,
            ("neighbor_address", PointerAddress, "the other pointer's address"),
            ("relationship?", Text, "what kind it is"),
            ("weight?", Number, "how strong it is"),
        ],
    ),
    (
        "assign_pointer_to_connection",
        true,
        "Assigns a pointer to a connection.",
        &[POINTER, CONNECTION],
    ),
    ("clear_audit_log", true, "Empties the audit log.", &[]),
    (
        "create_circuit",
        true,
        "Makes a pointer that runs a list of actions.",
        &[
            ("circuit_definition", Json, "the actions, in order"),
            ("description", Text, "what it is, in words"),
            TAGS,
        ],
    ),
    (
        "create_connection",
        true,
        "Makes a connection of a domain.",
        &[
            ("domain_id", DomainId, "the domain that will own it"),
            ("name", Text, "a name for people"),
        ],
    ),
    (
        "create_domain",
        true,
        "Makes a domain, owned by the caller.",
        &[("name", Text, "a name for people")],
    ),
    (
        "create_pointer",
        true,
        "Makes a pointer.",
        &[
            (
                "data_reference",
                Text,
                "where the data is, unique on the instance",
            ),
            DESCRIPTION,
            TAGS,
            ("connection_id?", ConnectionId, "the connection to assign it to"),
        ],
    ),
    (
        "execute_creation_model",
        true,
        "Runs the creation model on a pointer.",
        &[POINTER],
    ),
    (
        "find_pointers_by_tag",
        false,
        "Finds the pointers that bear a tag.",
        &[("tag", Text, "the tag")],
    ),
    (
        "generate_access_key",
        true,
        "Makes an access key for a domain.",
        &[
            ("domain_id", DomainId, "the domain"),
            (
                "permissions?",
                Text,
                "read_write (as usual) or admin_domain, or both with a comma",
            ),
        ],
    ),
    (
        "get_admin_overview",
        false,
        "Tells domains, connections and counts.",
        &[],
    ),
    ("get_all_tags", false, "Lists every tag.", &[]),
    (
        "get_available_apis",
        false,
        "Lists the public APIs that the server knows.",
        &[],
    ),
    (
        "get_domain_details",
        false,
        "Tells about a domain.",
        &[("domain_id", DomainId, "the domain")],
    ),
    (
        "get_federation_status",
        false,
        "Tells which domains are federated.",
        &[],
    ),
    (
        "get_graph_dot",
        false,
        "Draws the graph in the DOT language.",
        &[],
    ),
    (
        "get_graph_stats",
        false,
        "Counts pointers and relationships.",
        &[],
    ),
    (
        "get_isolated_pointers",
        false,
        "Lists pointers without neighbours.",
        &[],
    ),
    (
        "get_neighbors",
        false,
        "Lists a pointer's neighbours.",
        &[POINTER],
    ),
    (
        "get_pointer",
        false,
        "Shows a pointer with its neighbours.",
        &[POINTER],
    ),
    (
        "get_pointer_relationships",
        false,
        "Lists a pointer's relationships.",
        &[POINTER],
    ),
    (
        "get_pointer_summary",
        false,
        "Shows a pointer without its data_reference.",
        &[POINTER],
    ),
    (
        "get_pointers_for_connection",
        false,
        "Lists the pointers assigned to a connection.",
        &[CONNECTION],
    ),
    (
        "get_relationships_by_type",
        false,
        "Lists relationships of a kind.",
        &[("relationship_type", Text, "which kind")],
    ),
    (
        "get_unassigned_pointers",
        false,
        "Lists pointers without a connection.",
        &[],
    ),
    (
        "initiate_federation",
        true,
        "Asks another domain of the instance to federate.",
        &[
            ("target_domain_id", DomainId, "the other domain"),
            ("permissions?", Text, "what it may do"),
        ],
    ),
    (
        "invoke_through_connection",
        true,
        "Has the instance fetch or run what a pointer refers to.",
        &[CONNECTION, POINTER],
    ),
    (
        "revoke_access_key",
        true,
        "Revokes an access key.",
        &[("key_to_revoke", Text, "the key")],
    ),
    (
        "revoke_federation",
        true,
        "Ends a federation of domains.",
        &[("federation_id", Text, "which")],
    ),
    (
        "search_by_proximity",
        false,
        "Finds pointers near another one.",
        &[
            ("origin_pointer_address", PointerAddress, "from where"),
            ("radius", Number, "how far, in the units of the coordinates"),
        ],
    ),
    (
        "search_pointers",
        false,
        "Finds pointers; terms and tags are SQL LIKE patterns, % finds all.",
        &[
            ("search_term?", Text, "what the description must contain"),
            ("search_tags?", Texts, "tags that it must bear"),
            ("exclude_tags?", Texts, "tags that it must not bear"),
            ("tag_match_mode?", Text, "ALL of search_tags, or ANY"),
        ],
    ),
    (
        "set_connection_status",
        true,
        "Lets calls through a connection, or stops them.",
        &[CONNECTION, ("status", Text, "active or disabled")],
    ),
];

/// Texts of which only these are taken: action, parameter, choices.
const CHOICES: &[(&str, &str, &[&str])] = &[
    (
        "generate_access_key",
        "permissions",
        &["read_write", "admin_domain"],
    ),
    ("search_pointers", "tag_match_mode", &["ALL", "ANY"]),
    ("set_connection_status", "status", &["active", "disabled"]),
];

impl Actions {
    /// What the original Python instances have.
    pub fn of_originals() -> Self {
        Self {
            origin: Origin::BuiltIn,
            list: list(),
        }
    }
}

fn list() -> Vec<ActionInfo> {
    LINES
        .iter()
        .map(|(name, writes, help, rows)| ActionInfo {
            name: (*name).to_owned(),
            help: (*help).to_owned(),
            access: Access::Granted,
            writes: *writes,
            needs_in_domain: None,
            parameters: rows.iter().map(|row| parameter(name, row)).collect(),
            result: String::new(),
            errors: Vec::new(),
        })
        .collect()
}

fn parameter(action: &str, (name, kind, help): &Row) -> ParameterInfo {
    let bare = name.trim_end_matches('?');
    let choices = CHOICES
        .iter()
        .find(|(of, parameter, _)| *of == action && *parameter == bare)
        .map_or(&[][..], |(_, _, choices)| choices);
    let is_tags = *kind == Texts && bare.contains("tags") || bare == "tag";
    ParameterInfo {
        name: bare.to_owned(),
        kind: *kind,
        required: !name.ends_with('?'),
        help: (*help).to_owned(),
        choices: choices.iter().map(ToString::to_string).collect(),
        names: is_tags.then(|| "tag".to_owned()),
    }
}

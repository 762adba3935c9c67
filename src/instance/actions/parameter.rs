//! Parameters that several actions take, said once.

use super::{Kind, Parameter};

impl Parameter {
    /// One that the action needs.
    pub const fn required(name: &'static str, kind: Kind, help: &'static str) -> Self {
        Self {
            name,
            kind,
            required: true,
            help,
            choices: &[],
            names: None,
            secret: false,
        }
    }

    /// One that may be left out.
    pub const fn optional(name: &'static str, kind: Kind, help: &'static str) -> Self {
        Self {
            name,
            kind,
            required: false,
            help,
            choices: &[],
            names: None,
            secret: false,
        }
    }

    /// The same, taking only these texts.
    pub const fn among(self, choices: &'static [&'static str]) -> Self {
        Self { choices, ..self }
    }

    /// The same, its value being a secret.
    pub const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    /// The same, its text being the name of a `tag`, a `credential` or a `held_credential`.
    pub const fn naming(self, what: &'static str) -> Self {
        Self {
            names: Some(what),
            ..self
        }
    }
}

/// Which pointer.
pub const POINTER_ADDRESS: Parameter =
    Parameter::required("pointer_address", Kind::PointerAddress, "the pointer's address");

/// Which connection.
pub const CONNECTION_ID: Parameter =
    Parameter::required("connection_id", Kind::ConnectionId, "the connection's id");

/// What something is, in words.
pub const DESCRIPTION: Parameter = Parameter::optional("description", Kind::Text, "what it is, in words");

/// Only pointers that lead to another instance.
pub const FEDERATED: Parameter = Parameter::optional(
    "federated",
    Kind::Flag,
    "true for those that lead to another instance only",
);

/// What else must hold.
pub const FILTER: Parameter = Parameter::optional(
    "filter",
    Kind::Text,
    "in the console's filter language: words, #tag, route:relay, conn:, domain:, ref:, addr:, desc:, ~letters, !not",
);

/// In which order.
pub const SORT: Parameter = Parameter::optional(
    "sort",
    Kind::Text,
    "created (as usual), modified, description, address or tags",
);

/// Whether that order is turned round.
pub const DESCENDING: Parameter =
    Parameter::optional("descending", Kind::Flag, "true for the greatest first");

/// Labels.
pub const TAGS: Parameter = Parameter::optional("tags", Kind::Texts, "labels").naming("tag");

/// The size of a page.
pub const LIMIT: Parameter = Parameter::optional(
    "limit",
    Kind::Count,
    "how many at most in this page, up to 1000 and 16 MB",
);

/// The size of a page of a list that is given whole without it.
pub const PAGE_OF_LIST: Parameter = Parameter::optional(
    "limit",
    Kind::Count,
    "how many at most; all of them unless told otherwise",
);

/// Where a page begins.
pub const AFTER: Parameter = Parameter::optional(
    "after",
    Kind::Text,
    "the cursor that the previous page gave as `next`",
);

/// Where a page begins, by counting.
pub const OFFSET: Parameter = Parameter::optional(
    "offset",
    Kind::Count,
    "how many matches to skip; for jumping within a list",
);

/// What every list of pointers takes: which of them, in which order, and the page.
pub const PAGED: &[Parameter] = &[FILTER, SORT, DESCENDING, LIMIT, AFTER, OFFSET];

/// Which import.
pub const IMPORT_ID: Parameter = Parameter::required("import_id", Kind::Text, "what begin_import gave");

/// How a credential seals.
pub const PROFILE: Parameter =
    Parameter::required("profile", Kind::Text, "native or legacy").among(&["native", "legacy"]);

/// What a credential allows.
pub const GRANT: Parameter = Parameter::required(
    "grant",
    Kind::Json,
    "what it allows: {owner, actions, pointers: {all, addresses, tags, connections}, writes, rate_per_minute, hops, sources, strict_replay?, domain?}",
);

/// What of what a credential allows is to be otherwise.
pub const GRANT_CHANGE: Parameter = Parameter::optional(
    "grant",
    Kind::Json,
    "the members of its grant that shall be otherwise, such as {\"rate_per_minute\": 60, \"writes\": false}; each is replaced as a whole, and what is not there stays",
);

/// When a credential ends.
pub const LEASE_ENDS: Parameter = Parameter::optional(
    "lease_ends",
    Kind::Text,
    "when it ends by itself: ISO 8601 with an offset",
);

/// Which issued credential.
pub const ISSUED_NAME: Parameter =
    Parameter::required("name", Kind::Text, "which issued credential").naming("credential");

/// Which held credential.
pub const HELD_NAME: Parameter =
    Parameter::required("name", Kind::Text, "which held credential").naming("held_credential");

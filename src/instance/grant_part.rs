//! Parts of a grant, by the names under which refusals and the audit trail tell them.

use crate::protocol::{Code, Problem};
use serde_json::Value;

/// The member of a refusal that says which part of the grant refused.
pub(crate) const GRANT_PART: &str = "grant";

/// A part of a grant that can refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GrantPart {
    /// The actions that it names.
    Action,
    /// The pointers that it covers.
    Pointer,
    /// Whether anything may be changed.
    Writes,
    /// How far a call may go on.
    Hops,
    /// Where calls may come from.
    Source,
    /// The domain that it is bound to, and what it allows there.
    Domain,
}

impl GrantPart {
    /// The word on the wire and, after `not_granted:`, in the audit trail.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Pointer => "pointer",
            Self::Writes => "writes",
            Self::Hops => "hops",
            Self::Source => "source",
            Self::Domain => "domain",
        }
    }

    /// The problem that this part of the grant refuses something.
    pub(crate) fn refuses(self, message: impl Into<String>) -> Problem {
        self.named_in(Problem::new(Code::NotGranted, message))
    }

    /// A problem that has a code of its own, and is this part's doing.
    pub(crate) fn named_in(self, problem: Problem) -> Problem {
        problem.with(GRANT_PART, Value::String(self.as_str().to_owned()))
    }
}

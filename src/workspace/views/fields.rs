//! What lists of instances and of credentials can be filtered by.

use super::{CredentialRow, InstanceRow};
use crate::model::filter::{Field, Filter, Kind};
use crate::model::{CredentialState, InstanceKind, InstanceState, Profile, Side};

const KINDS: &[&str] = &[InstanceKind::Local.as_str(), InstanceKind::Remote.as_str()];
const PROFILES: &[&str] = &[Profile::Native.as_str(), Profile::Legacy.as_str()];
const INSTANCE_STATES: &[&str] = &[
    InstanceState::Up.as_str(),
    InstanceState::Stopped.as_str(),
    InstanceState::Changing.as_str(),
    InstanceState::Refused.as_str(),
    InstanceState::Unreachable.as_str(),
    InstanceState::Unknown.as_str(),
];
const SIDES: &[&str] = &[Side::Issued.as_str(), Side::Held.as_str()];
const CREDENTIAL_STATES: &[&str] = &states();

/// The fields of an instance.
pub const INSTANCE_FIELDS: &[Field] = &[
    Field::new("name", Kind::Text, "its name contains this").also(&["instance"]),
    Field::new(
        "state",
        Kind::OneOf(INSTANCE_STATES),
        "how it was when last looked at",
    ),
    Field::new(
        "kind",
        Kind::OneOf(KINDS),
        "hosted by this program, or someone else's",
    ),
    Field::new("profile", Kind::OneOf(PROFILES), "how it is called"),
    Field::new("url", Kind::Text, "its endpoint contains this").also(&["endpoint"]),
    Field::new("version", Kind::Text, "its program's version contains this"),
    Field::new(
        "trouble",
        Kind::Remark,
        "what was wrong when last looked at contains this; any: something was",
    )
    .also(&["error"]),
];

/// The fields of a credential.
pub const CREDENTIAL_FIELDS: &[Field] = &[
    Field::new("name", Kind::Text, "its name contains this"),
    Field::new(
        "instance",
        Kind::Text,
        "the instance that issued it, or that it calls",
    ),
    Field::new(
        "side",
        Kind::OneOf(SIDES),
        "issued by an instance here, or held to call one",
    ),
    Field::new(
        "state",
        Kind::OneOf(CREDENTIAL_STATES),
        "where it stands in its life",
    ),
    Field::new("app", Kind::Text, "the name under which is called contains this").also(&["app_id"]),
    Field::new("key", Kind::Text, "its key id contains this").also(&["kid"]),
    Field::new("profile", Kind::OneOf(PROFILES), "how it seals"),
    Field::new(
        "attention",
        Kind::Remark,
        "what an administrator should know of it contains this; any: there is something",
    )
    .also(&["needs"]),
];

const fn states() -> [&'static str; CredentialState::ALL.len()] {
    let mut words = [""; CredentialState::ALL.len()];
    let mut place = 0;
    while place < words.len() {
        words[place] = CredentialState::ALL[place].as_str();
        place += 1;
    }
    words
}

impl InstanceRow {
    /// Whether a filter with [`INSTANCE_FIELDS`] lets it through.
    pub fn fits(&self, filter: &Filter) -> bool {
        filter.fits(&self.parts())
    }

    /// What it has for each of [`INSTANCE_FIELDS`].
    fn parts(&self) -> [(&'static str, &str); INSTANCE_FIELDS.len()] {
        [
            ("name", self.name.as_str()),
            ("state", self.state.as_str()),
            ("kind", self.kind.as_str()),
            ("profile", self.profile.as_str()),
            ("url", self.endpoint.as_str()),
            ("version", self.version.as_deref().unwrap_or_default()),
            ("trouble", self.error.as_deref().unwrap_or_default()),
        ]
    }
}

impl CredentialRow {
    /// Whether a filter with [`CREDENTIAL_FIELDS`] lets it through.
    pub fn fits(&self, filter: &Filter) -> bool {
        filter.fits(&self.parts())
    }

    /// What it has for each of [`CREDENTIAL_FIELDS`].
    fn parts(&self) -> [(&'static str, &str); CREDENTIAL_FIELDS.len()] {
        [
            ("name", self.name.as_str()),
            ("instance", self.instance.as_str()),
            ("side", self.side.as_str()),
            ("state", self.state.as_str()),
            ("app", self.app_id.as_str()),
            ("key", self.kid.as_deref().unwrap_or_default()),
            ("profile", self.profile.as_str()),
            ("attention", self.remark().unwrap_or_default()),
        ]
    }

    /// What needs attention: an alarm does, whatever became of the credential since.
    fn remark(&self) -> Option<&str> {
        let alarm = || self.alarm.as_ref().map(|alarm| alarm.kind.advice());
        self.attention.as_deref().or_else(alarm)
    }
}

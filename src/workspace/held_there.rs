//! Credentials that instances of ours hold for relay, as they list them.

use super::Failure;
use super::session::Session;
use crate::handshake::Alarm;
use crate::model::{AppId, CredentialState, Delivery, Endpoint, Grant, KeyId, Profile, Timestamp};
use crate::protocol::Query;
use serde::Deserialize;
use serde_json::json;

/// A credential that an instance holds for relay, as it lists it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct HeldThere {
    pub(super) name: String,
    pub(super) app_id: AppId,
    pub(super) endpoint: Endpoint,
    pub(super) profile: Profile,
    #[serde(default)]
    pub(super) kid: Option<KeyId>,
    #[serde(default)]
    pub(super) verified: bool,
    #[serde(default)]
    pub(super) expires_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) state: Option<CredentialState>,
    #[serde(default)]
    pub(super) offer: Option<String>,
    #[serde(default)]
    pub(super) delivery: Option<Delivery>,
    #[serde(default)]
    pub(super) verify_first: bool,
    #[serde(default)]
    pub(super) generation: u32,
    #[serde(default)]
    pub(super) activation_pending: bool,
    #[serde(default)]
    pub(super) rotation_due: Option<Timestamp>,
    #[serde(default)]
    pub(super) overlap_until: Option<Timestamp>,
    #[serde(default)]
    pub(super) alarm: Option<Alarm>,
    #[serde(default)]
    pub(super) grant: Option<Grant>,
    #[serde(default)]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) ended_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) last_used: Option<Timestamp>,
    #[serde(default)]
    pub(super) uses: Option<u64>,
    #[serde(default)]
    pub(super) peer: Option<PeerThere>,
}

/// How the way to its peer stands.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PeerThere {
    failures: u32,
    #[serde(default)]
    retry_at: Option<Timestamp>,
}

impl PeerThere {
    /// What its administrator should know, if relays are refused for now.
    pub(super) fn attention(&self) -> Option<String> {
        let retry_at = self.retry_at?;
        Some(format!(
            "the peer could not be reached {} times in a row; relays are refused until {retry_at:.19}",
            self.failures
        ))
    }
}

impl HeldThere {
    /// Whether a relay through it can be expected to work.
    pub(super) fn opens_something(&self) -> bool {
        self.alarm.is_none()
            && self.state.is_none_or(CredentialState::is_usable)
            && !(self.verify_first && self.generation == 0)
    }

    /// Whether people compared its words, or it has none.
    pub(super) fn is_vouched_for(&self) -> bool {
        self.verified || !came_with_words(self.delivery)
    }
}

/// What the instance holds for relay.
pub(super) async fn held_credentials(session: &mut Session<'_>) -> Result<Vec<HeldThere>, Failure> {
    #[derive(Deserialize)]
    struct Listed {
        credentials: Vec<HeldThere>,
    }
    let query = Query::new("list_held_credentials", json!({}));
    let result = session.result(&query).await?;
    let listed: Listed = serde_json::from_value(result).map_err(|_| session.unexpected(query.action()))?;
    Ok(listed.credentials)
}

/// What a credential that an instance of ours holds is called in this home.
pub(super) fn held_name(holder: &str, held: &str) -> String {
    format!("{holder}/held/{held}")
}

/// Whether there are words to compare: plain values, handed over or typed in, have none.
pub(super) fn came_with_words(delivery: Option<Delivery>) -> bool {
    delivery.is_some_and(|delivery| delivery != Delivery::Plain)
}

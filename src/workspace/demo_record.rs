//! What the demo made itself in a home, so that it goes on with its own and leaves alone what others have called by the
//! same names since.

use super::accept::held_id;
use super::{Failure, HandshakeRow, Workspace, demo_pointers};
use crate::model::{InstanceId, InstanceKind, InstanceName, Side, Timestamp};
use crate::protocol::Code;
use crate::store::PointerQuery;
use serde::{Deserialize, Serialize};

/// Under which name the home remembers it.
const PREFERENCE: &str = "demo";
/// How many pointers of an instance are looked at for those of the demo.
const LOOKED_AT: u64 = 1_000;

/// What the demo made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct DemoRecord {
    #[serde(default)]
    instances: Vec<InstanceId>,
    #[serde(default)]
    offers: Vec<String>,
    /// Since when it is making an offer that is not among them yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offering: Option<Timestamp>,
}

impl DemoRecord {
    /// Whether a handshake is one of the demo's: an offer that it made, or the acceptance of one.
    pub(super) fn began(&self, row: &HandshakeRow) -> bool {
        self.offers.iter().any(|offer| match row.side {
            Side::Issued => *offer == row.id,
            Side::Held => held_id(offer) == row.id,
        })
    }

    /// The same with those offers only of which this is so.
    pub(super) fn only(mut self, is_meant: impl Fn(&str) -> bool) -> Self {
        self.offers.retain(|offer| is_meant(offer));
        self
    }

    /// Whether this may be the offer that the demo was making when it was killed: the instance has it since then, and
    /// nobody has put it down in the home.
    pub(super) fn was_offering(&self, row: &HandshakeRow, is_put_down: bool) -> bool {
        !is_put_down && self.offering.is_some_and(|since| row.created_at >= since)
    }
}

impl Workspace {
    pub(super) async fn demo_record(&self) -> Result<DemoRecord, Failure> {
        let kept = self.preference(PREFERENCE).await?;
        Ok(kept
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    }

    /// Puts an instance on record as the demo's.
    pub(super) async fn record_demo_instance(&self, name: &InstanceName) -> Result<(), Failure> {
        let Some(id) = self.record(name.as_str()).await?.instance_id else {
            return Ok(());
        };
        let mut record = self.demo_record().await?;
        if record.instances.contains(&id) {
            return Ok(());
        }
        record.instances.push(id);
        self.keep_demo_record(&record).await
    }

    /// Puts on record that the demo is about to make an offer.
    pub(super) async fn record_demo_offering(&self) -> Result<(), Failure> {
        let mut record = self.demo_record().await?;
        record.offering = Some(Timestamp::now());
        self.keep_demo_record(&record).await
    }

    /// Puts an offer on record as the demo's.
    pub(super) async fn record_demo_offer(&self, offer: &str) -> Result<(), Failure> {
        let mut record = self.demo_record().await?;
        record.offers.push(offer.to_owned());
        record.offering = None;
        self.keep_demo_record(&record).await
    }

    async fn keep_demo_record(&self, record: &DemoRecord) -> Result<(), Failure> {
        let text = serde_json::to_string(record).expect("a record has only string keys");
        self.set_preference(PREFERENCE, &text).await
    }

    /// Refuses where something else has the name of one of the demo's instances. One that keeps nothing of its own is
    /// taken for a demo that was killed half-way.
    pub(super) async fn require_demo_name(&self, name: &InstanceName) -> Result<(), Failure> {
        let wanted = name.to_string();
        let Some(there) = self.in_vault(move |vault| vault.instance(&wanted)).await? else {
            return Ok(());
        };
        if there.kind == InstanceKind::Remote {
            let what = format!("it is a remote instance at {}", there.endpoint);
            return Err(in_the_way(name, &what));
        }
        let record = self.demo_record().await?;
        if there.instance_id.is_some_and(|id| record.instances.contains(&id)) {
            return Ok(());
        }
        let look = PointerQuery {
            limit: Some(LOOKED_AT),
            ..PointerQuery::default()
        };
        let pointers = self.pointers(name.as_str(), &look).await?.pointers;
        let keeps_own = pointers.iter().any(|pointer| pointer.federated.is_none());
        let keeps_ours = pointers
            .iter()
            .any(|pointer| demo_pointers::is_one(&pointer.data_reference));
        if keeps_own && !keeps_ours {
            return Err(in_the_way(
                name,
                "it is an instance of yours, with pointers of its own",
            ));
        }
        Ok(())
    }
}

fn in_the_way(name: &InstanceName, what: &str) -> Failure {
    Failure::new(
        Code::AlreadyExists,
        format!(
            "the demo needs the name {name} for an instance of its own, and it is taken in this home: {what}"
        ),
        "run the demo in another home, with `butterfly --home DIR demo`",
    )
    .on(name.as_str())
}

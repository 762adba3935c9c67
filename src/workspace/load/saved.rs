//! Runs that somebody kept, to compare others with.

use super::{LoadReport, LoadRequest, LoadTarget};
use crate::client::load::{Figures, Plan};
use crate::model::{InstanceName, PointerAddress, Timestamp};
use crate::protocol::{Code, Query};
use crate::workspace::redact::{has_lost_secrets, without_secrets};
use crate::workspace::{Failure, Workspace};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A run that was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedLoad {
    /// What it is called.
    pub name: String,
    /// When it was kept.
    pub at: Timestamp,
    /// The instance that was loaded.
    pub instance: InstanceName,
    /// What was called: a query, or `{"pointer_address": …}`.
    pub target: Value,
    /// How.
    pub plan: Plan,
    /// The figures of each route, with its label.
    pub lanes: Vec<(String, Figures)>,
}

impl SavedLoad {
    /// A run as it is kept.
    pub fn of(name: &str, request: &LoadRequest, report: &LoadReport) -> Self {
        Self {
            name: name.to_owned(),
            at: Timestamp::now(),
            instance: request.instance.clone(),
            target: match &request.target {
                LoadTarget::Query(query) => without_secrets(query.to_value()),
                LoadTarget::Pointer(address) => json!({"pointer_address": address}),
            },
            plan: request.plan,
            lanes: report.lanes.clone(),
        }
    }

    /// What was called; none if that held secrets, which are not kept.
    pub fn load_target(&self) -> Option<LoadTarget> {
        if let Some(address) = self
            .target
            .get("pointer_address")
            .filter(|_| self.target.get("action").is_none())
        {
            return PointerAddress::parse(address.as_str()?)
                .ok()
                .map(LoadTarget::Pointer);
        }
        if has_lost_secrets(&self.target) {
            return None;
        }
        Query::from_value(self.target.clone()).ok().map(LoadTarget::Query)
    }

    /// The lane to compare one of this label with: the same, or the only one there is.
    pub fn lane(&self, label: &str) -> Option<&Figures> {
        let same = self.lanes.iter().find(|(known, _)| known == label);
        let only = || self.lanes.first().filter(|_| self.lanes.len() == 1);
        same.or_else(only).map(|(_, figures)| figures)
    }
}

impl Workspace {
    /// Keeps a run, in place of the one with this name if there is one.
    pub async fn save_load(&self, saved: SavedLoad) -> Result<(), Failure> {
        self.permit("keeping the figures of a run")?;
        let is_name = !saved.name.is_empty()
            && saved.name.len() <= 64
            && saved
                .name
                .chars()
                .all(|letter| letter.is_alphanumeric() || "-_.".contains(letter));
        if !is_name {
            return Err(Failure::new(
                Code::InvalidParameter,
                "a run is named by letters, digits, '-', '_' and '.', at most 64 of them",
                "choose another name",
            ));
        }
        let value = serde_json::to_value(&saved).expect("a run has only string keys");
        self.in_vault(move |vault| vault.put_load_run(&saved.name, &value))
            .await
    }

    /// Every run that was kept, newest first.
    pub async fn saved_loads(&self) -> Result<Vec<SavedLoad>, Failure> {
        let values = self.in_vault(|vault| vault.load_runs()).await?;
        // One that a later version wrote is left alone.
        let mut saved: Vec<SavedLoad> = values
            .into_iter()
            .filter_map(|value| serde_json::from_value(value).ok())
            .collect();
        saved.sort_by_key(|saved| std::cmp::Reverse(saved.at));
        Ok(saved)
    }

    /// The run of this name.
    pub async fn saved_load(&self, name: &str) -> Result<SavedLoad, Failure> {
        let wanted = name.to_owned();
        let found = self.in_vault(move |vault| vault.load_run(&wanted)).await?;
        found
            .and_then(|value| serde_json::from_value(value).ok())
            .ok_or_else(|| no_run(name))
    }

    /// Forgets the run of this name.
    pub async fn remove_load(&self, name: &str) -> Result<(), Failure> {
        self.permit("forgetting a run that was kept")?;
        self.saved_load(name).await?;
        let name = name.to_owned();
        self.in_vault(move |vault| vault.remove_load_run(&name)).await
    }
}

fn no_run(name: &str) -> Failure {
    let shown: String = name.chars().take(80).collect();
    Failure::new(
        Code::InvalidParameter,
        format!("no load run {shown:?} is kept in this home"),
        "list them with `butterfly bench list`",
    )
}

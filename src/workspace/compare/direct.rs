//! A call through another instance beside the same query asked of its target directly: what the way there
//! adds, and whether it changes the answer.

use super::sides::{Comparison, without_trace};
use crate::model::{Endpoint, InstanceName, PointerAddress};
use crate::protocol::{Code, Query};
use crate::store::PointerQuery;
use crate::workspace::log::asked_of_peer;
use crate::workspace::{CallOptions, Failure, InvokeOptions, LogEntry, LogKind, Workspace};
use serde::Serialize;
use serde_json::Value;

/// How many federated pointers of an instance are looked at for one that leads to the target.
const LOOKED_AT: u64 = 1_000;

/// A direct line and one through another instance.
#[derive(Debug, Clone, Serialize)]
pub struct DirectComparison {
    /// The line of the direct invoke.
    pub direct: u64,
    /// The line of the call.
    pub through: u64,
    /// Which of the two was made for this comparison.
    pub made: u64,
    /// What the way there added, microseconds; negative if the call was the faster one.
    pub added_us: i64,
    /// The two beside each other, the direct one first.
    #[serde(flatten)]
    pub comparison: Comparison,
}

impl Workspace {
    /// Takes a line of the log and makes its other side: for a call, the same query asked of its target
    /// directly; for an invoke, the same query through a federated pointer that leads there. What is missing
    /// for that is said in the failure.
    pub async fn compare_direct(&self, id: u64) -> Result<DirectComparison, Failure> {
        let entry = self.log_detail(id).await?.entry;
        let (direct, through, made) = match entry.row.kind {
            LogKind::Call => {
                let made = self.directly(&entry).await?;
                (made, id, made)
            }
            LogKind::Invoke => {
                let made = self.through_another(&entry).await?;
                (id, made, made)
            }
            LogKind::Load => {
                return Err(missing(
                    format!("line {id} is a load"),
                    "load both ways at once instead: `butterfly bench --route endpoint --route relay`",
                ));
            }
        };
        let comparison = self.compare_log(direct, through).await?;
        let signed = |micros: u64| i64::try_from(micros).unwrap_or(i64::MAX);
        Ok(DirectComparison {
            direct,
            through,
            made,
            added_us: signed(comparison.other.elapsed_us) - signed(comparison.one.elapsed_us),
            comparison,
        })
    }

    /// Asks the target of a call directly, with what this home holds for it.
    async fn directly(&self, entry: &LogEntry) -> Result<u64, Failure> {
        let instance = entry.row.instance.as_str();
        let pointer = entry.row.pointer.as_ref().ok_or_else(|| {
            missing(
                format!("line {} names no pointer", entry.row.id),
                "take a line that a call of a federated pointer has made",
            )
        })?;
        let detail = self.pointer(instance, pointer).await?;
        let Some(federated) = detail.pointer.federated else {
            return Err(missing(
                format!("{pointer} does not lead to another instance any more"),
                "take the line of a federated call",
            ));
        };
        let Some(target) = detail.leads_to else {
            return Err(missing(
                format!("this home has no instance at {}", federated.endpoint),
                "ask its administrator for a credential of your own (a handshake), or add it with `butterfly instance add`",
            ));
        };
        let query = match asked_of_peer(entry)? {
            Some(query) => query,
            None => Query::from_value(federated.query).map_err(|error| {
                missing(
                    format!("the pointer's query is not known: {error}"),
                    "a sealed circuit of someone else's making cannot be asked directly",
                )
            })?,
        };
        let options = InvokeOptions {
            trace: true,
            ..InvokeOptions::default()
        };
        self.invoke(target.as_str(), &query, options).await?.log_id
    }

    /// Finds a pointer of another instance that leads to where this was asked, with the same query, and calls it.
    async fn through_another(&self, entry: &LogEntry) -> Result<u64, Failure> {
        let target = entry.row.instance.as_str();
        let endpoint = self.record(target).await?.endpoint;
        let wanted = without_trace(entry.query.clone());
        let mut unreachable = Vec::new();
        for row in self.instances().await? {
            if row.name.as_str() == target {
                continue;
            }
            match self.pointer_leading_to(&row.name, &endpoint, &wanted).await {
                Ok(Some(pointer)) => {
                    let options = CallOptions {
                        trace: true,
                        ..CallOptions::default()
                    };
                    return self.call(row.name.as_str(), &pointer, options).await?.log_id;
                }
                Ok(None) => {}
                Err(_) => unreachable.push(row.name.to_string()),
            }
        }
        let beside = if unreachable.is_empty() {
            String::new()
        } else {
            format!("; {} could not be asked", unreachable.join(", "))
        };
        Err(missing(
            format!("no federated pointer of another instance leads to {target} with this query{beside}"),
            format!("make one with `butterfly federate INSTANCE --via {target} --query …`"),
        ))
    }

    async fn pointer_leading_to(
        &self,
        instance: &InstanceName,
        endpoint: &Endpoint,
        wanted: &Value,
    ) -> Result<Option<PointerAddress>, Failure> {
        let query = PointerQuery {
            federated_only: true,
            limit: Some(LOOKED_AT),
            ..PointerQuery::default()
        };
        let page = self.pointers(instance.as_str(), &query).await?;
        Ok(page
            .pointers
            .into_iter()
            .find(|pointer| {
                pointer.federated.as_ref().is_some_and(|federated| {
                    federated.endpoint == *endpoint && without_trace(federated.query.clone()) == *wanted
                })
            })
            .map(|pointer| pointer.address))
    }
}

fn missing(what: String, remedy: impl Into<String>) -> Failure {
    Failure::new(
        Code::InvalidParameter,
        format!("there is nothing to compare with: {what}"),
        remedy,
    )
}

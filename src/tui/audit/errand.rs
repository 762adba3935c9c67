//! What the page wants fetched, and what came of it.

use crate::model::InstanceName;
use crate::model::filter::Filter;
use crate::store::AuditPage;
use crate::tui::outcome::Outcome;
use crate::tui::patience::patient;
use crate::workspace::{AuditReport, Workspace};

/// Records that are asked for at a time.
pub const PAGE: u32 = 200;

/// Something to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// The newest records that a filter leaves, or those before this one.
    Records(InstanceName, Filter, Option<u64>),
    /// A walk over the whole trail.
    Verify(InstanceName),
}

/// What came.
pub enum News {
    /// Records that the filter leaves, newest first, those before this one if one was named.
    Records(InstanceName, Filter, Option<u64>, Outcome<AuditPage>),
    /// The filter of this generation rests.
    Rested(InstanceName, u64),
    /// What the walk found.
    Verified(InstanceName, Outcome<Box<AuditReport>>),
}

/// Fetches it.
pub async fn run(workspace: &Workspace, errand: Errand) -> News {
    match errand {
        Errand::Records(instance, filter, before) => {
            let page = patient(workspace.audit_page(instance.as_str(), &filter, before, PAGE)).await;
            News::Records(instance, filter, before, page)
        }
        // A long trail takes its time; the workspace gives up by itself.
        Errand::Verify(instance) => {
            let report = workspace.verify_audit(instance.as_str()).await;
            News::Verified(instance, report.map(Box::new))
        }
    }
}

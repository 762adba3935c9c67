//! A pointer that is followed on an instance which is not to be changed is looked at first, and those that its circuit
//! follows in turn.

use super::Session;
use crate::model::PointerAddress;
use crate::protocol::{CallContext, Code, Query};
use crate::workspace::Failure;
use crate::workspace::read_only::{Reach, THROUGH};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Pointers that are looked at for one call, at most.
const MOST_LOOKED_AT: usize = 16;

impl Session<'_> {
    /// Refuses to follow a pointer whose circuit may change something, there or at a peer.
    pub(super) async fn permit_following(
        &mut self,
        query: &Query,
        context: &CallContext,
    ) -> Result<(), Failure> {
        // Without an address the instance refuses it by itself.
        let Ok(first) = query.id::<PointerAddress>("pointer_address") else {
            return Ok(());
        };
        let mut waiting = vec![first];
        let mut seen = BTreeSet::new();
        while let Some(address) = waiting.pop() {
            if !seen.insert(address.clone()) {
                continue;
            }
            let what = match seen.len() <= MOST_LOOKED_AT {
                true => self.reach_of(&address, context).await?,
                false => Reach::MayChange("one of very many".to_owned()),
            };
            match what {
                Reach::Reads(further) => waiting.extend(further),
                Reach::MayChange(what) => {
                    let what = format!("{THROUGH} of {address}, {what},");
                    return Err(self.workspace.guard().refusal(Some(&self.record), &what));
                }
            }
        }
        Ok(())
    }

    async fn reach_of(&mut self, address: &PointerAddress, context: &CallContext) -> Result<Reach, Failure> {
        let query = Query::new("get_pointer", json!({"pointer_address": address}));
        let asked = Box::pin(self.ask(&query, context)).await?;
        if asked.reply.code() == Some(Code::PointerNotFound) {
            // Nothing is followed then, and the instance says so.
            return Ok(Reach::Reads(Vec::new()));
        }
        let result = asked.reply.result();
        let pointer = result.map(|result| result.get("pointer").unwrap_or(result));
        let reference = pointer.and_then(|pointer| pointer.get("data_reference").and_then(Value::as_str));
        Ok(match reference {
            Some(reference) => self.workspace.guard().reach(reference),
            None => Reach::MayChange("which this credential cannot look at".to_owned()),
        })
    }
}
